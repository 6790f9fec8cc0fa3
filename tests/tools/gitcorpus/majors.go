package main

import "fmt"

func markOf(mark int) string { return fmt.Sprintf(":%d", mark) }

// Major versions, modules in folders, and hosts with pages of their own.
func init() {
	stories = append(stories, majorByRoot, majorByBranch, latePlusMod, majorByFolder, twoGoMods, incompatible,
		gopkgV2, gopkgV3, gopkgV1, folders, foldersWithMajors, vanity, vanityWithSuffix, vanityBelow, moved, dotGit)
}

// majorByRoot went from no go.mod to /v5 in the root's.
func majorByRoot(c *corpus) {
	r := c.repository("github.com/go-chi/chi")
	t := c.tree("golang-github-go-chi-chi-dev", "github.com/go-chi/chi").without("go.mod")
	r.tag(r.commit("master", t.part(1, 6)), "v1.0.0")
	r.tag(r.commit("master", t.part(2, 6)), "v2.1.0")
	r.tag(r.commit("master", t.part(3, 6)), "v3.3.4")
	r.commit("master", t.part(4, 6))
	t = t.goMod("module github.com/go-chi/chi/v5", "", "go 1.14")
	r.tag(r.commit("master", t.part(5, 6)), "v5.0.0")
	r.tag(r.commit("master", t), "v5.2.0")
	r.commit("master", t.with("x.go", "package chi\n"))
	r.module("github.com/go-chi/chi", "github.com/go-chi/chi/v5", "github.com/go-chi/chi/v4", "github.com/go-chi/chi/v2")
	r.done()
}

func majorByBranch(c *corpus) {
	r := c.repository("github.com/cespare/xxhash")
	t := c.tree("golang-github-cespare-xxhash-dev", "github.com/cespare/xxhash")
	first := r.commit("master", t.part(1, 2).goMod("module github.com/cespare/xxhash"))
	r.tag(first, "v1.1.0")
	r.branch("v2", first)
	t2 := t.goMod("module github.com/cespare/xxhash/v2", "", "go 1.11")
	r.tag(r.commit("v2", t2.part(2, 3)), "v2.2.0")
	r.tag(r.commit("v2", t2), "v2.3.0")
	r.commit("v2", t2.with("x.go", "package xxhash\n"))
	r.commit("master", t.goMod("module github.com/cespare/xxhash"))
	r.module("github.com/cespare/xxhash", "github.com/cespare/xxhash/v2", "github.com/cespare/xxhash/v3")
	r.done()
}

// latePlusMod has a v2 without go.mod although v1 has one.
func latePlusMod(c *corpus) {
	r := c.repository("github.com/russross/blackfriday")
	t := c.tree("golang-github-russross-blackfriday-v2-dev", "github.com/russross/blackfriday/v2")
	first := r.commit("master", t.without("go.mod").part(1, 3))
	r.tag(first, "v1.5.1")
	r.branch("v2", first)
	r.tag(r.commit("v2", t.without("go.mod").part(2, 3)), "v2.0.0")
	r.tag(r.commit("v2", t.goMod("module github.com/russross/blackfriday/v2")), "v2.1.0")
	r.tag(r.commit("master", t.part(1, 3).goMod("module github.com/russross/blackfriday")), "v1.6.0")
	r.module("github.com/russross/blackfriday", "github.com/russross/blackfriday/v2")
	r.done()
}

func majorByFolder(c *corpus) {
	r := c.repository("github.com/Masterminds/semver")
	t := c.tree("golang-github-masterminds-semver-dev", "github.com/Masterminds/semver").goMod("module github.com/Masterminds/semver", "", "go 1.18")
	r.tag(r.commit("master", t.part(1, 2)), "v1.5.0")
	v3 := t.goMod("module github.com/Masterminds/semver/v3", "", "go 1.18").without("LICENSE").below("v3")
	r.tag(r.commit("master", t.plus(v3)), "v3.2.0", "v1.6.0")
	r.commit("master", t.plus(v3).with("v3/x.go", "package semver\n"))
	r.module("github.com/Masterminds/semver", "github.com/Masterminds/semver/v3")
	r.done()
}

// twoGoMods says /v2 in the root and in /v2, in one version of three.
func twoGoMods(c *corpus) {
	r := c.repository("github.com/hashicorp/golang-lru")
	t := c.tree("golang-github-hashicorp-golang-lru-dev", "github.com/hashicorp/golang-lru").goMod("module github.com/hashicorp/golang-lru", "", "go 1.12")
	v2 := t.goMod("module github.com/hashicorp/golang-lru/v2", "", "go 1.18")
	r.tag(r.commit("master", t), "v0.5.4")
	r.tag(r.commit("master", t.plus(v2.below("v2"))), "v2.0.0")
	r.tag(r.commit("master", v2.plus(v2.below("v2"))), "v2.0.1")
	r.tag(r.commit("master", v2.with("v2/doc.go", "package v2\n")), "v2.0.2")
	r.module("github.com/hashicorp/golang-lru", "github.com/hashicorp/golang-lru/v2")
	r.done()
}

func incompatible(c *corpus) {
	r := c.repository("github.com/gobwas/glob")
	t := c.tree("golang-github-gobwas-glob-dev", "github.com/gobwas/glob").without("go.mod")
	r.tag(r.commit("master", t.part(1, 5)), "v0.2.3")
	r.tag(r.commit("master", t.part(2, 5)), "v2.0.0", "v2.0.1-pre")
	r.tag(r.commit("master", t.part(3, 5)), "v2.1.0")
	r.tag(r.commit("master", t.part(4, 5)), "v3.0.0")
	r.tag(r.commit("master", t.goMod("module github.com/gobwas/glob/v3").part(4, 5)), "v3.1.0")
	v4 := t.with("v4/go.mod", "module github.com/gobwas/glob/v4\n", "v4/x.go", "package glob\n")
	r.tag(r.commit("master", v4), "v4.0.0")
	r.commit("master", t)
	r.module("github.com/gobwas/glob", "github.com/gobwas/glob/v3", "github.com/gobwas/glob/v4")
	r.done()
}

func gopkgV2(c *corpus) {
	r := c.repository("gopkg.in/yaml.v2")
	t := c.tree("golang-gopkg-yaml.v2-dev", "gopkg.in/yaml.v2")
	r.tag(r.commit("master", t.part(1, 3)), "v1.0.0", "v2.0.0")
	r.tag(r.commit("master", t.part(2, 3)), "v2.4.0")
	r.commit("master", t)
	c.page("gopkg.in/yaml.v2 git https://gopkg.in/yaml.v2")
	r.module("gopkg.in/yaml.v2")
	r.done()
}

func gopkgV3(c *corpus) {
	r := c.repository("gopkg.in/yaml.v3")
	t := c.tree("golang-gopkg-yaml.v3-dev", "gopkg.in/yaml.v3")
	r.commit("master", t.part(1, 3))
	r.tag(r.commit("master", t.part(2, 3)), "v3.0.0", "v2.9.0")
	r.tag(r.commit("master", t), "v3.0.1")
	c.page("gopkg.in/yaml.v3 git https://gopkg.in/yaml.v3")
	c.page("gopkg.in/yaml.v3-unstable git https://gopkg.in/yaml.v3")
	r.module("gopkg.in/yaml.v3", "gopkg.in/yaml.v3-unstable")
	r.done()
}

func gopkgV1(c *corpus) {
	r := c.repository("gopkg.in/check.v1")
	t := c.tree("golang-gopkg-check.v1-dev", "gopkg.in/check.v1")
	r.commit("master", t.part(1, 2))
	r.commit("master", t)
	c.page("gopkg.in/check.v1 git https://gopkg.in/check.v1")
	r.module("gopkg.in/check.v1")
	r.done()
}

// folders holds modules in folders: one takes the root's licence, one has its own.
func folders(c *corpus) {
	const root = "github.com/prometheus/common"
	r := c.repository(root)
	t := c.tree("golang-github-prometheus-common-dev", root)
	r.tag(r.commit("main", t.part(1, 2)), "v0.61.0")
	t = t.with("sigv4/go.mod", "module "+root+"/sigv4\n\ngo 1.21\n", "sigv4/x.go", "package sigv4\n",
		"assets/go.mod", "module "+root+"/assets\n\ngo 1.21\n", "assets/LICENSE", "another licence\n",
		"assets/deep/er/go.mod", "module "+root+"/assets/deep/er\n", "assets/deep/er/x.go", "package er\n")
	r.tag(r.commit("main", t), "v0.62.0", "sigv4/v0.1.0", "assets/v0.2.0", "assets/deep/er/v0.0.1")
	r.tag(r.commit("main", t.with("sigv4/y.go", "package sigv4\n")), "sigv4/v0.2.0-rc.1", "sigv4/v1", "sigv4/nonsense")
	r.commit("main", t.with("sigv4/y.go", "package sigv4 // later\n"))
	r.head = "main"
	r.module(root, root+"/sigv4", root+"/assets", root+"/assets/deep/er", root+"/model", root+"/sigv4/v2")
	r.done()
}

func foldersWithMajors(c *corpus) {
	const root = "github.com/prometheus/client_golang"
	r := c.repository(root)
	t := c.tree("golang-github-prometheus-client-golang-dev", root)
	t = t.with("exp/go.mod", "module "+root+"/exp\n", "exp/x.go", "package exp\n")
	r.tag(r.commit("main", t.part(1, 2)), "v1.20.0", "exp/v0.1.0", "exp/v1.0.0")
	t = t.with("exp/v2/go.mod", "module "+root+"/exp/v2\n", "exp/v2/x.go", "package exp\n")
	r.tag(r.commit("main", t), "v1.21.1", "exp/v2.0.0", "exp/v1.1.0")
	t = t.with("exp/go.mod", "module "+root+"/exp/v3\n", "exp/x.go", "package exp\n")
	r.tag(r.commit("main", t), "exp/v3.0.0")
	r.head = "main"
	r.module(root, root+"/exp", root+"/exp/v2", root+"/exp/v3")
	r.done()
}

func vanity(c *corpus) {
	r := c.repository("github.com/uber-go/zap")
	t := c.tree("golang-go.uber-zap-dev", "go.uber.org/zap").without("exp")
	t = t.with("exp/go.mod", "module go.uber.org/zap/exp\n", "exp/x.go", "package exp\n")
	r.tag(r.commit("master", t.part(1, 2)), "v1.25.0", "exp/v0.1.0")
	r.tag(r.commit("master", t), "v1.26.0")
	r.commit("master", t.with("exp/y.go", "package exp\n"))
	c.page("go.uber.org/zap git https://github.com/uber-go/zap")
	r.module("go.uber.org/zap", "go.uber.org/zap/exp", "github.com/uber-go/zap")
	r.done()
}

// vanityWithSuffix is at an URL with .git.
func vanityWithSuffix(c *corpus) {
	r := c.repository("github.com/uber-go/multierr")
	t := c.tree("golang-go.uber-multierr-dev", "go.uber.org/multierr")
	r.tag(r.commit("master", t.part(1, 2)), "v1.5.0")
	r.tag(r.commit("master", t), "v1.6.0")
	c.page("go.uber.org/multierr git https://github.com/uber-go/multierr.git")
	r.module("go.uber.org/multierr")
	r.done()
}

// vanityBelow has a page for a major version of its own: its code is at the repository's root.
func vanityBelow(c *corpus) {
	r := c.repository("github.com/uber-go/atomic")
	t := c.tree("golang-go.uber-atomic-dev", "go.uber.org/atomic").goMod("module go.uber.org/atomic/v2", "", "go 1.18")
	r.tag(r.commit("master", t.part(1, 2)), "v1.0.0")
	r.tag(r.commit("master", t), "v2.0.0")
	c.page("go.uber.org/atomic/v2 git https://github.com/uber-go/atomic")
	r.module("go.uber.org/atomic/v2")
	r.done()
}

// moved is known by two names, and its go.mod says one.
func moved(c *corpus) {
	r := c.repository("github.com/rivo/uniseg")
	t := c.tree("golang-github-rivo-uniseg-dev", "github.com/rivo/uniseg")
	r.tag(r.commit("master", t.part(1, 2)), "v0.4.6")
	t = t.goMod("module go.corp.example/uniseg", "", "go 1.18")
	r.tag(r.commit("master", t), "v0.4.7")
	c.page("go.corp.example/uniseg git https://github.com/rivo/uniseg")
	r.module("github.com/rivo/uniseg", "go.corp.example/uniseg")
	r.done()
}

// dotGit is a path that names its repository by itself.
func dotGit(c *corpus) {
	r := c.repository("corp.example/group/team/sync")
	t := c.tree("golang-golang-x-sync-dev", "golang.org/x/sync").goMod("module corp.example/group/team/sync.git", "", "go 1.18")
	t = t.with("sub/go.mod", "module corp.example/group/team/sync.git/sub\n", "sub/x.go", "package sub\n")
	r.tag(r.commit("master", t.part(1, 2)), "v0.6.0")
	r.tag(r.commit("master", t), "v0.7.0", "sub/v0.1.0")
	r.module("corp.example/group/team/sync.git", "corp.example/group/team/sync.git/sub")
	r.done()
}
