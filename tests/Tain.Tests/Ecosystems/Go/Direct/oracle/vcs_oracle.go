// Laid over the go command's own package (VcsOracle.cs), to reach what it does not export.
package vcs

import (
	"bytes"
	"cmd/go/internal/web"
	"fmt"
	"os"
	"strings"
)

func init() {
	// The rule on which systems are allowed is looked at elsewhere; and nothing may be asked of any network.
	os.Setenv("GOVCS", "*:all")
	for _, v := range vcsList {
		v.PingCmd = ""
	}
}

func show(imports []metaImport, err error) string {
	if err != nil {
		return "error"
	}
	var b strings.Builder
	for _, m := range imports {
		fmt.Fprintf(&b, "%s|%s|%s\n", m.Prefix, m.VCS, m.RepoRoot)
	}
	return b.String()
}

// OracleParse says what the tags of a page are.
func OracleParse(page []byte) string {
	return show(parseMetaGoImports(bytes.NewReader(page), PreferMod))
}

// OracleMatch says which tag of a page, after the first line, speaks of the path in that line.
func OracleMatch(input []byte) string {
	path, page, _ := bytes.Cut(input, []byte("\n"))
	imports, err := parseMetaGoImports(bytes.NewReader(page), PreferMod)
	if err != nil {
		return "error"
	}
	match, err := matchGoImport(imports, string(path))
	return show([]metaImport{match}, err)
}

// OracleFind says what is known of a path without asking.
func OracleFind(path string) string {
	rr, err := repoRootFromVCSPaths(path, web.SecureOnly, vcsPaths)
	if err == errUnknownSite {
		return "ask"
	}
	if err != nil {
		return "error"
	}
	// What newCodeRepo finds out later.
	if path != rr.Root && !strings.HasPrefix(path, rr.Root+"/") {
		return "error"
	}
	return rr.VCS.Cmd + " " + rr.Root + " " + rr.Repo
}

// OracleTable is discovery_test.go's table: pages, and what the go command's own test wants of them where it prefers
// proxies, as for modules; where it does not, what its code says.
func OracleTable() (pages, wanted []string) {
	for _, t := range parseMetaGoImportsTests {
		pages = append(pages, t.in)
		if t.mod == PreferMod {
			wanted = append(wanted, show(t.out, nil))
		} else {
			wanted = append(wanted, OracleParse([]byte(t.in)))
		}
	}
	return pages, wanted
}
