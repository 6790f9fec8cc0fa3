package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	gomod "goroot/gomod"
	"goroot/gover"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

func init() {
	// A go.mod: read strictly, read laxly, and the two cheap looks at it.
	questions['M'] = question{1, func(in [][]byte) []byte {
		return text(strings.Join([]string{goMod(modfile.Parse("go.mod", in[0], nil)), goMod(modfile.ParseLax("go.mod", in[0], nil)),
			modfile.ModulePath(in[0]), gomod.GoModLookup(in[0], "go")}, "\n==\n"))
	}}
	questions['N'] = question{1, func(in [][]byte) []byte { return text(goMod(modfile.Parse("go.mod", in[0], nil))) }}
	questions['W'] = question{1, func(in [][]byte) []byte {
		f, err := modfile.ParseWork("go.work", in[0], nil)
		if err != nil {
			return text(goMod(nil, err))
		}
		// What both have is written the same way.
		shown := goMod(&modfile.File{Go: f.Go, Toolchain: f.Toolchain, Godebug: f.Godebug, Replace: f.Replace}, nil)
		for _, u := range f.Use {
			shown += "use\x1f" + u.Path + "\n"
		}
		return text(shown)
	}}
	questions['Q'] = question{1, func(in [][]byte) []byte { return text(modfile.AutoQuote(string(in[0]))) }}
	questions['V'] = question{2, func(in [][]byte) []byte {
		v, w := string(in[0]), string(in[1])
		return text(fmt.Sprintf("%v|%v|%d", gover.IsValid(v), gover.IsValid(w), gover.Compare(v, w)))
	}}
	// A pseudo-version of major, older version, seconds since 1970 and revision; and whether a version is a zero one.
	questions['k'] = question{5, func(in [][]byte) []byte {
		seconds, err := strconv.ParseInt(string(in[2]), 10, 64)
		if err != nil {
			panic(err)
		}
		v := module.PseudoVersion(string(in[0]), string(in[1]), time.Unix(seconds, 0), string(in[3]))
		return text(fmt.Sprintf("%s|%s|%v", v, module.ZeroPseudoVersion(string(in[0])), module.IsZeroPseudoVersion(string(in[4]))))
	}}
}

// goMod writes all that was read, or the line of the first error.
func goMod(f *modfile.File, err error) string {
	if err != nil {
		return fmt.Sprint("\x00bad ", err.(modfile.ErrorList)[0].Pos.Line)
	}
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "\x1f") + "\n") }
	if f.Module != nil {
		line("module", f.Module.Mod.Path, f.Module.Deprecated)
	}
	if f.Go != nil {
		line("go", f.Go.Version)
	}
	if f.Toolchain != nil {
		line("toolchain", f.Toolchain.Name)
	}
	for _, g := range f.Godebug {
		line("godebug", g.Key, g.Value)
	}
	for _, r := range f.Require {
		line("require", r.Mod.Path, r.Mod.Version, fmt.Sprint(r.Indirect))
	}
	for _, x := range f.Exclude {
		line("exclude", x.Mod.Path, x.Mod.Version)
	}
	for _, r := range f.Replace {
		line("replace", r.Old.Path, r.Old.Version, r.New.Path, r.New.Version)
	}
	for _, r := range f.Retract {
		line("retract", r.Low, r.High, r.Rationale)
	}
	for _, t := range f.Tool {
		line("tool", t.Path)
	}
	return b.String()
}
