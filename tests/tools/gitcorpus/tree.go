package main

import (
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const (
	regular    = "100644"
	executable = "100755"
	symlink    = "120000"
	gitlink    = "160000" // its content is a commit's hash
)

type file struct{ mode, content string }

// A tree is all files of a commit by their names.
type tree map[string]file

// tree reads the files of a package below the import path where it has them.
func (c *corpus) tree(debianPackage, importPath string) tree {
	root := filepath.Join(c.unpacked, debianPackage, "usr/share/gocode/src", filepath.FromSlash(importPath))
	t := tree{}
	err := filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(p)
		name, _ := filepath.Rel(root, p)
		t[filepath.ToSlash(name)] = file{regular, string(content)}
		return err
	})
	if err != nil || len(t) == 0 {
		log.Fatalf("%s has no files in %s: %v", debianPackage, importPath, err)
	}
	// Debian leaves these out where the licence is a common one.
	if _, ok := t["LICENSE"]; !ok {
		t["LICENSE"] = file{regular, "The licence of " + importPath + "\n"}
	}
	return t
}

func (t tree) names() []string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// with is a copy with files added or replaced: name, content, name, content…
func (t tree) with(pairs ...string) tree {
	copied := tree{}
	for name, f := range t {
		copied[name] = f
	}
	for i := 0; i < len(pairs); i += 2 {
		copied[pairs[i]] = file{regular, pairs[i+1]}
	}
	return copied
}

func (t tree) withMode(mode, name, content string) tree {
	copied := t.with()
	copied[name] = file{mode, content}
	return copied
}

// without is a copy without these files and folders.
func (t tree) without(names ...string) tree {
	copied := tree{}
	for name, f := range t {
		keep := true
		for _, gone := range names {
			keep = keep && name != gone && !strings.HasPrefix(name, gone+"/")
		}
		if keep {
			copied[name] = f
		}
	}
	return copied
}

// below is the tree moved into a folder.
func (t tree) below(folder string) tree {
	moved := tree{}
	for name, f := range t {
		moved[folder+"/"+name] = f
	}
	return moved
}

func (t tree) plus(other tree) tree {
	copied := t.with()
	for name, f := range other {
		copied[name] = f
	}
	return copied
}

// part is the first nth parts of the files, and go.mod and LICENSE: a library that is still growing.
func (t tree) part(n, of int) tree {
	names := t.names()
	some := tree{}
	for i, name := range names {
		if i < len(names)*n/of || name == "go.mod" || name == "LICENSE" {
			some[name] = t[name]
		}
	}
	return some
}

// goMod is a go.mod for t, in place of the one it has.
func (t tree) goMod(lines ...string) tree {
	return t.with("go.mod", strings.Join(lines, "\n")+"\n")
}
