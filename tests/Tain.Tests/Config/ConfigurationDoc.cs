using System.Text;
using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;

namespace Tain.Tests.Config;

/// <summary>docs/configuration.md, out of the table: a test holds the file to this text.</summary>
internal static class ConfigurationDoc
{
    public static string Write()
    {
        var doc = new StringBuilder();
        doc.Append("""
            # Configuration

            Tain runs with no configuration at all. Each setting below can stand in `tain.yaml`, in a variable and in a flag; they have one name:

            | where | `go.list-ttl` there |
            |---|---|
            | `tain.yaml` | `go.list-ttl: 5m`, or `list-ttl: 5m` indented below `go:` |
            | variable | `TAIN_GO_LIST_TTL=5m` |
            | flag of `tain serve`, `tain verify`, `tain config` and `tain audit-log` | `--go-list-ttl 5m` |

            A flag goes before a variable, a variable before the file, the file before the default. The file is `--config FILE`, else `TAIN_CONFIG`, else `./tain.yaml` if there is one. Where a setting is a list, a YAML sequence may stand for the joined text. An empty value stands for none where the default is none.

            An unknown key, variable or flag, and a value that is not allowed, stop the start: all of them are told at once, each with its place and its remedy, and the exit code is 2. (0: all went well; 1: it failed later, such as on a port that is taken.) Variables that Kubernetes makes for a Service named `tain` are not taken for settings.

            `tain config` prints the effective configuration, each value with where it comes from, passwords masked; `--json` for scripts.

            Durations are whole numbers with `ms`, `s`, `m` or `h`: `500ms`, `30s`, `1h30m`, or `0`. Sizes are whole numbers with `KiB`, `MiB`, `GiB` or `TiB`.

            Secrets stand in files only, which a setting names; a file of secrets that every user of the machine can read is a warning.

            """);
        foreach (var (group, title) in Settings.Groups)
        {
            doc.Append("\n## ").Append(title).Append("\n\n| setting | value | default | meaning |\n|---|---|---|---|\n");
            foreach (var setting in Settings.All.Where(s => s.Group == group))
            {
                doc.Append("| `").Append(setting.Key).Append("` | ").Append(Cell(setting.Syntax));
                if (setting.Bounds.Length > 0)
                    doc.Append(": ").Append(Cell(setting.Bounds));
                doc.Append(" | ").Append(setting.Default.Length == 0 ? "none" : $"`{Cell(setting.Default)}`").Append(" | ").Append(Cell(setting.Doc)).Append(" |\n");
            }
        }
        doc.Append("""

            ## An example

            ```yaml
            listen: ":8080"
            data: /var/lib/tain
            go:
              upstream: https://proxy.golang.org,direct
              # Without the second, git.corp.example would be public: its names would go to proxy.golang.org.
              private: corp.example,*.corp.example
              # What is under corp.example comes from the company's own proxy.
              routes:
                - corp.example https://goproxy.corp.example
              sources:
                - https://goproxy.corp.example private response-timeout=60s
              # Private subgroups: GitLab does not tell where a repository ends.
              repositories:
                - gitlab.corp.example/*/*/* https://{root}.git
              git:
                hosts:
                  - gitlab.corp.example token-file=/etc/tain/gitlab-token
                  - git.corp.example ssh-key=/etc/tain/id_ed25519 known-hosts=/etc/tain/known_hosts
            upstream:
              netrc: /etc/tain/netrc
            ```

            ## Other variables

            `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say through which proxy other servers are reached.

            ## Fixed bounds

            These are not settings.

            | bound | value | meaning |
            |---|---|---|

            """);
        foreach (var (bound, value, meaning) in ServerLimits.Documented.Concat(Others))
            doc.Append("| ").Append(bound).Append(" | ").Append(value).Append(" | ").Append(meaning).Append(" |\n");
        return doc.ToString();
    }

    private static IEnumerable<(string Bound, string Value, string Meaning)> Others =>
    [
        ("module zip", $"{ModuleZip.MaxZipFile >> 20} MiB", "compressed, and as much again unpacked; the go command's own limit"),
        ("go.mod", $"{ModuleZip.MaxGoMod >> 20} MiB", "the go command's own limit"),
        (".info, @latest", $"{GoContent.MaxInfo >> 20} MiB", "of an upstream's answer"),
        ("@v/list", $"{GoContent.MaxList >> 20} MiB", "of an upstream's answer"),
        ("index page", $"{GoIndex.MaxLimit} lines", "both the default and the most of limit="),
        ("held back", $"{ColdArtifact.HeldBack >> 10} KiB", "of a cold artifact, until the verdict"),
        ("known failures", $"{KnownFailures.Limit:N0}", "remembered at once; the least used go first"),
        ("after a refusal", $"{KnownFailures.AfterRefusal.TotalSeconds:0} s", "how long illegal content, and a failure that clients saw as a reset, is answered in words without asking again"),
        ("fetches", $"{ServerLife.MaxFlying:N0}", "under way at once, waiting ones included; 503 beyond"),
        ("quarantine", $"{Quarantine.MaxFiles:N0} files, {Quarantine.MaxBytes >> 30} GiB", "spoilt files kept as evidence in the data folder; the oldest go first"),
        ("pending proofs", $"{PendingProofs.Again.TotalMinutes:0} min, up to {PendingProofs.LongestWait.TotalHours:0} h", "how long until what is stored without the proof it needs is tried again; longer while none of it can be proved"),
        ("alarms", $"{CatalogWriter.MaxAlarms}", "about one artifact; further identities under its name raise none"),
        ("alarms page", $"{GoAlarms.MaxAlarms:N0} lines", "both the default and the most of limit="),
        ("evidence", $"{Drift.MaxEvidence:N0} characters", "of one alarm"),
        ("checked files", $"{CheckedFiles.Limit:N0}", "remembered to have their digest since they were written; the least used go first, and are read through again"),
        ("checksum database", $"{SumDbStore.HotBytes >> 20} MiB", "of its tiles and records in memory; its data tiles are passed on, not kept"),
        ("its proxies", $"{SumDbSources.SupportedTtl.TotalMinutes:0} min", "how long it is believed whether a proxy of go.upstream has it"),
        ("first scrub", $"{Scrub.StartsAfter.TotalMinutes:0} min", "after the start"),
        ("stories", $"{Stories.Limit:N0}", "kept for explain; the least used go first"),
        ("memory caches", $"{Documents.HotBytes >> 20} MiB + {Artifacts.HotBytes >> 20} MiB", "documents, and artifacts up to " + (Artifacts.HotBody >> 10) + " KiB each"),
    ];

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
