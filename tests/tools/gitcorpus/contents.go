package main

import "strings"

// What lies in trees, as far as it decides on a zip's content.
func init() {
	stories = append(stories, lineEnds, exportAttributes, links, submodules, vendorOld, vendorNew, nested, collisions,
		oddNames, otherPath, noGoMod, strangeGoMods, largeGoMod)
}

// lineEnds has attributes that change bytes on the way out.
func lineEnds(c *corpus) {
	r := c.repository("github.com/yuin/goldmark")
	t := c.tree("golang-github-yuin-goldmark-dev", "github.com/yuin/goldmark")
	crlf := strings.ReplaceAll(t["README.md"].content+"line\nline\n", "\n", "\r\n")
	t = t.with("crlf.txt", crlf, "lf.txt", "a\nb\n", "mixed.txt", "a\r\nb\nc\r", "binary.dat", "a\r\n\x00b\n", "ident.go", "package goldmark // $Id$\n")
	r.tag(r.commit("master", t), "v1.7.0")
	t = t.with(".gitattributes", "*.txt text eol=crlf\nlf.txt text\nbinary.dat -text\nident.go ident\nutf16.csv text working-tree-encoding=UTF-16LE\n*.dat binary\n",
		"utf16.csv", "a,b\nä,ö\n", "sub/.gitattributes", "*.txt eol=lf\nu.md text eol=crlf\n", "sub/v.txt", "a\nb\n", "sub/u.md", "a\nb\n")
	r.tag(r.commit("master", t), "v1.7.1")
	r.tag(r.commit("master", t.with(".gitattributes", "* text=auto eol=crlf\n")), "v1.7.2")
	r.tag(r.commit("master", t.with(".gitattributes", "* filter=none diff=x merge=y -text\n[attr]mine eol=crlf\n*.txt mine\n")), "v1.7.4")
	r.module("github.com/yuin/goldmark")
	r.done()
}

// exportAttributes asks git archive to leave out and to substitute: the go command says no.
func exportAttributes(c *corpus) {
	r := c.repository("github.com/fsnotify/fsnotify")
	t := c.tree("golang-github-fsnotify-fsnotify-dev", "github.com/fsnotify/fsnotify").with(
		".gitattributes", "*_test.go export-ignore\ninternal export-ignore\nversion.go export-subst\n.gitattributes export-ignore\n",
		"version.go", "package fsnotify\n\nconst commit = \"$Format:%H %D$\"\n",
		"cmd/.gitattributes", "* export-ignore export-subst\n", "cmd/v.go", "package main // $Format:%h$\n")
	r.tag(r.commit("main", t.part(1, 2)), "v1.7.0")
	r.tag(r.commit("main", t), "v1.8.0")
	r.head = "main"
	r.module("github.com/fsnotify/fsnotify")
	r.done()
}

func links(c *corpus) {
	r := c.repository("github.com/BurntSushi/toml")
	t := c.tree("golang-github-burntsushi-toml-dev", "github.com/BurntSushi/toml")
	r.tag(r.commit("master", t.part(1, 4)), "v1.3.2")
	t = t.part(1, 4).withMode(symlink, "link.go", "decode.go").withMode(symlink, "dangling", "no/where").
		withMode(symlink, "internal/up", "../..").withMode(executable, "run.sh", "#!/bin/sh\n")
	r.tag(r.commit("master", t), "v1.4.0")
	// The two files that the go command itself reads, as links.
	r.tag(r.commit("master", t.without("go.mod").withMode(symlink, "go.mod", "other.mod").with("other.mod", "module github.com/BurntSushi/toml\n")), "v1.5.0")
	r.tag(r.commit("master", t.without("LICENSE").withMode(symlink, "LICENSE", "COPYING").with("COPYING", "x\n")), "v1.5.1")
	r.module("github.com/BurntSushi/toml")
	r.done()
}

func submodules(c *corpus) {
	r := c.repository("github.com/mitchellh/mapstructure")
	t := c.tree("golang-github-mitchellh-mapstructure-dev", "github.com/mitchellh/mapstructure").
		with(".gitmodules", "[submodule \"third\"]\n\tpath = third\n\turl = https://github.com/pkg/errors\n").
		withMode(gitlink, "third", "0123456789012345678901234567890123456789")
	r.tag(r.commit("main", t), "v1.5.0")
	r.head = "main"
	r.module("github.com/mitchellh/mapstructure", "github.com/mitchellh/mapstructure/third")
	r.done()
}

// vendored are folders of that name wherever one may stand.
func vendored(t tree) tree {
	return t.with("vendor/modules.txt", "# github.com/a/b v1.0.0\n", "vendor/github.com/a/b/b.go", "package b\n", "vendor/a.go", "package vendor\n",
		"pkg/vendor/a.go", "package vendor\n", "pkg/vendor/deep/b.go", "package deep\n", "pkg/vendor/modules.txt", "x\n", "pkg/vendor.go", "package pkg\n",
		"vendors/a.go", "package vendors\n", "x/vendor/vendor/y/c.go", "package y\n", "testdata/vendor/modules.txt", "x\n")
}

func vendorOld(c *corpus) {
	const root = "github.com/spf13/pflag"
	r := c.repository(root)
	t := vendored(c.tree("golang-github-spf13-pflag-dev", root))
	r.tag(r.commit("master", t.goMod("module "+root, "", "go 1.23.9")), "v1.0.5")
	r.tag(r.commit("master", t.goMod("module "+root)), "v1.0.6")
	r.tag(r.commit("master", t.without("go.mod")), "v1.0.7")
	r.module(root)
	r.done()
}

func vendorNew(c *corpus) {
	const root = "github.com/spf13/cast"
	r := c.repository(root)
	t := vendored(c.tree("golang-github-spf13-cast-dev", root))
	r.tag(r.commit("master", t.goMod("module "+root, "", "go 1.24")), "v1.6.0")
	r.tag(r.commit("master", t.goMod("module "+root, "", "go 1.24rc1")), "v1.6.1")
	sub := t.goMod("module "+root, "", "go 1.24.0").plus(vendored(tree{}).goMod("module "+root+"/sub", "", "go 1.20").below("sub"))
	r.tag(r.commit("master", sub), "v1.7.0", "sub/v0.1.0")
	r.module(root, root+"/sub")
	r.done()
}

// nested has modules without tags, and go.mod in other places and cases.
func nested(c *corpus) {
	const root = "github.com/spf13/afero"
	r := c.repository(root)
	t := c.tree("golang-github-spf13-afero-dev", root)
	t = t.with("gcsfs/go.mod", "module "+root+"/gcsfs\n", "gcsfs/x.go", "package gcsfs\n", "sftpfs/GO.MOD", "module x\n", "sftpfs/x.go", "package sftpfs\n",
		"mem/Go.mod/x.go", "package x\n", "zipfs/testdata/go.mod", "", "zipfs/testdata/x.go", "package x\n")
	r.tag(r.commit("master", t), "v1.11.0")
	r.module(root, root+"/gcsfs", root+"/mem")
	r.done()
}

// collisions has names that differ by case only, in one version of two.
func collisions(c *corpus) {
	r := c.repository("github.com/kr/text")
	t := c.tree("golang-github-kr-text-dev", "github.com/kr/text")
	r.tag(r.commit("main", t), "v0.2.0")
	r.tag(r.commit("main", t.with("Doc.go", "package text\n", "doc.go", "package text\n")), "v0.2.1")
	r.tag(r.commit("main", t.with("COLWRITER/x.go", "package x\n", "colwriter/y.go", "package y\n")), "v0.2.2")
	r.head = "main"
	r.module("github.com/kr/text")
	r.done()
}

// oddNames has file names that are allowed, though odd, and some that are not.
func oddNames(c *corpus) {
	r := c.repository("github.com/mattn/go-isatty")
	t := c.tree("golang-github-mattn-go-isatty-dev", "github.com/mattn/go-isatty")
	r.tag(r.commit("master", t.with("with space.go", "package isatty\n", "größe/日本語.txt", "x\n", "a+b=c,d@e!.txt", "x\n", "{x}/[y]~.txt", "x\n", "-rf", "x\n", "--", "x\n")), "v0.0.20")
	for i, name := range []string{"aux.txt", "a:b.txt", "quote\"d", "back\\slash", "line\nbreak", "trailing.", "x~1", "zero\u200bwidth", "bad\xff", "a'b`c"} {
		r.tag(r.commit("master", t.with(name, "x\n")), []string{"v0.1.0", "v0.1.1", "v0.1.2", "v0.1.3", "v0.1.4", "v0.1.5", "v0.1.6", "v0.1.7", "v0.1.8", "v0.1.9"}[i])
	}
	r.module("github.com/mattn/go-isatty")
	r.done()
}

func otherPath(c *corpus) {
	r := c.repository("github.com/mattn/go-runewidth")
	t := c.tree("golang-github-mattn-go-runewidth-dev", "github.com/mattn/go-runewidth")
	r.tag(r.commit("master", t.goMod("module github.com/another/runewidth", "", "go 1.9")), "v0.0.16")
	r.tag(r.commit("master", t.goMod("module github.com/mattn/go-runewidth/v2", "", "go 1.9")), "v0.0.17")
	r.module("github.com/mattn/go-runewidth")
	r.done()
}

func noGoMod(c *corpus) {
	r := c.repository("github.com/julienschmidt/httprouter")
	t := c.tree("golang-github-julienschmidt-httprouter-dev", "github.com/julienschmidt/httprouter").without("go.mod", "LICENSE")
	r.tag(r.commit("master", t.part(1, 2)), "v1.2.0")
	r.tag(r.commit("master", t), "v1.3.0")
	r.module("github.com/julienschmidt/httprouter", "github.com/julienschmidt/httprouter/path")
	r.done()
}

// strangeGoMods are served as they are, whatever is in them.
func strangeGoMods(c *corpus) {
	const root = "github.com/json-iterator/go"
	r := c.repository(root)
	t := c.tree("golang-github-json-iterator-go-dev", root)
	r.tag(r.commit("master", t.with("go.mod", "module "+root+"\r\n\r\ngo 1.12\r\n")), "v1.1.0")
	r.tag(r.commit("master", t.with("go.mod", "// a comment\nmodule ("+"\n\t\""+root+"\"\n)\n")), "v1.1.1")
	r.tag(r.commit("master", t.with("go.mod", "")), "v1.1.2")
	r.tag(r.commit("master", t.with("go.mod", "this is no go.mod\n")), "v1.1.3")
	r.tag(r.commit("master", t.with("go.mod", "\ufeffmodule "+root+"\n")), "v1.1.4")
	r.tag(r.commit("master", t.with("go.mod", "module "+root+"\n\ngo 99.0\n")), "v1.1.5")
	r.tag(r.commit("master", t.without("go.mod").with("go.mod/x.go", "package x\n")), "v1.1.6")
	r.tag(r.commit("master", t.with(".gitattributes", "go.mod text eol=crlf\n", "go.mod", "module "+root+"\n")), "v1.1.7")
	r.module(root)
	r.done()
}

func largeGoMod(c *corpus) {
	const root = "github.com/modern-go/concurrent"
	r := c.repository(root)
	t := c.tree("golang-github-modern-go-concurrent-dev", root)
	r.tag(r.commit("master", t.goMod("module "+root)), "v1.0.0")
	r.tag(r.commit("master", t.goMod("module "+root, strings.Repeat("// much to say\n", 17<<20/15))), "v1.0.1")
	r.tag(r.commit("master", t.goMod("module "+root).with("LICENSE", strings.Repeat("much to say\n", 17<<20/12))), "v1.0.2")
	r.module(root)
	r.done()
}
