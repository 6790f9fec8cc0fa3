package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A goModule is one module of a Debian package: most packages hold one, some hold nested ones.
type goModule struct {
	path, version string
	dir           string
	goMod         []byte // as served, once requireFrom has run
	debianPackage string
	extra         func() []zip.File // in place of the files in dir
}

// findModules finds the modules under root, which holds the files of one package alone.
// A package without a go.mod is one module, named by where its Go files are.
func findModules(root string) ([]*goModule, error) {
	var modules []*goModule
	first := ""
	err := filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "vendor"):
			return fs.SkipDir
		case first == "" && strings.HasSuffix(p, ".go"):
			first = filepath.Dir(p)
		case entry.Type().IsRegular() && entry.Name() == "go.mod":
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			name := modfile.ModulePath(data)
			place := importPath(root, filepath.Dir(p))
			// Debian leaves /vN out of where it puts some packages, and ships tools' modules
			// below a library's own; only what lies where it says is a module here.
			if prefix, _, ok := module.SplitPathVersion(name); ok && (name == place || prefix == place) {
				modules = append(modules, &goModule{path: name, dir: filepath.Dir(p), goMod: data})
			}
		}
		return nil
	})
	if err == nil && len(modules) == 0 {
		if first == "" {
			return nil, fmt.Errorf("no Go files in %s", root)
		}
		// On github.com a module without go.mod is the whole repository, wherever its code starts.
		if parts := strings.Split(importPath(root, first), "/"); parts[0] == "github.com" && len(parts) > 3 {
			first = filepath.Join(root, filepath.Join(parts[:3]...))
		}
		modules = append(modules, &goModule{path: importPath(root, first), dir: first})
	}
	return modules, err
}

func importPath(root, dir string) string {
	relative, _ := filepath.Rel(root, dir)
	return filepath.ToSlash(relative)
}

var (
	upstream = regexp.MustCompile(`^(?:.*\+really)?(\d+)\.(\d+)(?:\.(\d+))?`)
	snapshot = regexp.MustCompile(`^([~+])git(\d{8})(?:\.\d+)?[.-]([0-9a-f]{7,})`)
)

// versionFor makes a module version of a Debian one: 1:1.8.1-1 is v1.8.1, and a snapshot becomes
// a pseudo-version: 0.0~git20191010.a7dc8b6-2 one without a base, 1.0.6~git20210604-d5e0c0615ace-1
// one before v1.0.6, 1.5.0+git20231216.8508981-1 one after v1.5.0.
func versionFor(modulePath, debian string) (string, error) {
	if _, after, ok := strings.Cut(debian, ":"); ok {
		debian = after
	}
	m := upstream.FindStringSubmatch(debian)
	if m == nil {
		return "", fmt.Errorf("no module version in %q", debian)
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	patch, _ := strconv.Atoi(m[3])
	version := fmt.Sprintf("v%d.%d.%d", major, minor, patch)
	if s := snapshot.FindStringSubmatch(debian[len(m[0]):]); s != nil {
		commit := s[2] + "000000-" + (s[3] + "000000000000")[:12]
		switch {
		case version == "v0.0.0":
			version += "-" + commit
		case s[1] == "~":
			version += "-0." + commit
		default:
			version = fmt.Sprintf("v%d.%d.%d-0.%s", major, minor, patch+1, commit)
		}
	}
	if _, suffix, _ := module.SplitPathVersion(modulePath); suffix == "" && major >= 2 {
		version += "+incompatible"
	}
	return version, nil
}

// requireFrom writes the module's go.mod anew: it requires, in the set's versions, what it
// required before and what its files import, as far as the set has it.
func (m *goModule) requireFrom(set map[string]string) error {
	file, err := modfile.ParseLax("go.mod", m.goMod, nil)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, r := range file.Require {
		wanted[r.Mod.Path] = true
	}
	if err := m.imports(func(name string) {
		if owner := ownerOf(name, set); owner != "" {
			wanted[owner] = true
		}
	}); err != nil {
		return err
	}
	clean := &modfile.File{Syntax: &modfile.FileSyntax{}}
	if err := clean.AddModuleStmt(m.path); err != nil {
		return err
	}
	if file.Go != nil {
		if err := clean.AddGoStmt(file.Go.Version); err != nil {
			return err
		}
	}
	for name := range wanted {
		if version, ok := set[name]; ok && name != m.path {
			clean.AddNewRequire(name, version, false)
		}
	}
	clean.SortBlocks()
	clean.Cleanup()
	m.goMod, err = clean.Format()
	return err
}

// ownerOf is the module of the set with the longest path that a package belongs to, or "".
func ownerOf(packagePath string, set map[string]string) string {
	for p := packagePath; p != "."; p = path.Dir(p) {
		if _, ok := set[p]; ok {
			return p
		}
	}
	return ""
}

// imports calls yield with each import of the module's Go files.
func (m *goModule) imports(yield func(string)) error {
	for _, file := range m.files() {
		if !strings.HasSuffix(file.Path(), ".go") || strings.Contains("/"+file.Path(), "/testdata/") {
			continue
		}
		source, err := os.ReadFile(filepath.Join(m.dir, file.Path()))
		if err != nil {
			return err
		}
		// A file that does not parse (there are such among tests' data) imports nothing.
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Path(), source, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range parsed.Imports {
			if name, err := strconv.Unquote(spec.Path.Value); err == nil {
				yield(name)
			}
		}
	}
	return nil
}

// files lists what goes into the module's zip: regular files, no nested module's, no go.sum, and
// go.mod as rewritten. zip.Create drops the rest (vendor folders, version control).
func (m *goModule) files() []zip.File {
	files := []zip.File{modFile{m}}
	if m.extra != nil {
		return append(files, m.extra()...)
	}
	filepath.WalkDir(m.dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := importPath(m.dir, p)
		if entry.IsDir() {
			if _, err := os.Lstat(filepath.Join(p, "go.mod")); err == nil && p != m.dir {
				return fs.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() && name != "go.mod" && name != "go.sum" && module.CheckFilePath(name) == nil {
			files = append(files, diskFile{name, p})
		}
		return nil
	})
	return files
}

type diskFile struct{ name, place string }

func (f diskFile) Path() string                 { return f.name }
func (f diskFile) Lstat() (fs.FileInfo, error)  { return os.Lstat(f.place) }
func (f diskFile) Open() (io.ReadCloser, error) { return os.Open(f.place) }

type modFile struct{ m *goModule }

func (f modFile) Path() string                 { return "go.mod" }
func (f modFile) Lstat() (fs.FileInfo, error)  { return modInfo{size: int64(len(f.m.goMod))}, nil }
func (f modFile) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.m.goMod)), nil }
