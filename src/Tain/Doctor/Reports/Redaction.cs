using System.Text.RegularExpressions;

namespace Tain.Doctor.Reports;

/// <summary>The last door: whatever the doctor prints goes through here, and no secret does. Checks keep secrets out of their facts by
/// themselves; a diff shows lines as they are.</summary>
internal static partial class Redaction
{
    public static string Clean(string text)
    {
        text = Pairs().Replace(Credentials.Mask(text), "$1***");
        return Shapes().Replace(text, "***");
    }

    // _authToken=…, "auth": "…", password: …, ?token=…; what stands for a variable is none.
    [GeneratedRegex("""((?:_authToken|_auth|_password|\bnpmAuthToken|\bnpmAuthIdent|\bauth|\bidentitytoken|\bpassword|\bpasswd|\bsecret|\btoken|\bapi[_-]?key|(?-i:[A-Z0-9_]{0,60}(?:TOKEN|PASSWORD|PASSWD|PASS|PAT|SECRET|APIKEY|API_KEY)))["']?\s*[=:]\s*["']?)(?!\$|\{\{|["'\s])[^\s"',;&]+""", RegexOptions.IgnoreCase)]
    private static partial Regex Pairs();

    // Tokens that are known by their look: npm, GitHub, GitLab, Slack, AWS, JSON web tokens.
    [GeneratedRegex(@"\b(?:npm_[A-Za-z0-9]{10,}|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}|gl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)")]
    private static partial Regex Shapes();
}
