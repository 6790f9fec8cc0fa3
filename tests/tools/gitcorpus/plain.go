package main

// Histories, tags and branches of modules that are their repository's only one.
func init() {
	stories = append(stories, growing, annotated, oddTags, tagsLikePseudo, noTags, branchesLikeVersions, manyVersions,
		merges, preReleases, strictServer, otherHead, oddTimes, retracted, retractedOnly, tagsOfOtherThings, empty)
}

// growing had no go.mod at first, and HEAD is past its last tag.
func growing(c *corpus) {
	r := c.repository("github.com/pkg/errors")
	t := c.tree("golang-github-pkg-errors-dev", "github.com/pkg/errors").without("go.mod")
	r.commit("master", t.part(1, 3))
	r.tag(r.commit("master", t.part(2, 3)), "v0.8.0")
	r.tag(r.commit("master", t), "v0.8.1")
	t = t.goMod("module github.com/pkg/errors")
	r.tag(r.commit("master", t), "v0.9.1")
	r.commit("master", t.with("new.go", "package errors\n"))
	r.module("github.com/pkg/errors")
	r.done()
}

func annotated(c *corpus) {
	r := c.repository("github.com/google/uuid")
	t := c.tree("golang-github-google-uuid-dev", "github.com/google/uuid")
	for i, v := range []string{"v1.5.0", "v1.6.0-beta", "v1.6.0-rc.1", "v1.6.0-rc.2", "v1.6.0"} {
		r.annotate(r.commit("master", t.part(i+1, 5)), v)
	}
	// Two tags of one commit, one of each kind.
	last := r.commit("master", t.with("x.go", "package uuid\n"))
	r.tag(last, "v1.6.1")
	r.annotate(last, "v1.6.2")
	r.module("github.com/google/uuid")
	r.done()
}

// oddTags has tags that are no versions, or not in their canonical form.
func oddTags(c *corpus) {
	r := c.repository("github.com/gorilla/mux")
	t := c.tree("golang-github-gorilla-mux-dev", "github.com/gorilla/mux")
	r.tag(r.commit("master", t.part(1, 4)), "v1", "v1.0", "1.0.0")
	r.tag(r.commit("master", t.part(2, 4)), "v1.7.0+meta", "v1.7.0+other")
	r.tag(r.commit("master", t.part(3, 4)), "v1.8.0", "v1.8.0+meta", "v01.8.0", "v1.8.0.1", "vv1.8.0", "V1.8.0", "release-1.8")
	r.tag(r.commit("master", t), "v1.8.1-0.20200101000000", "v1.8")
	r.module("github.com/gorilla/mux")
	r.ask("github.com/gorilla/mux", "query", "v1.8")
	r.ask("github.com/gorilla/mux", "query", "release-1.8")
	r.ask("github.com/gorilla/mux", "query", "1.0.0")
	r.done()
}

func tagsLikePseudo(c *corpus) {
	r := c.repository("github.com/stretchr/objx")
	t := c.tree("golang-github-stretchr-objx-dev", "github.com/stretchr/objx")
	r.tag(r.commit("master", t.part(1, 2)), "v0.0.0-20200101000000-0123456789ab", "v0.1.0-pre")
	r.tag(r.commit("master", t), "v0.5.3-0.20200101000000-0123456789ab")
	r.module("github.com/stretchr/objx")
	r.done()
}

func noTags(c *corpus) {
	r := c.repository("github.com/davecgh/go-spew")
	t := c.tree("golang-github-davecgh-go-spew-dev", "github.com/davecgh/go-spew")
	for i := range 4 {
		r.commit("master", t.part(i+1, 4))
	}
	r.module("github.com/davecgh/go-spew")
	r.done()
}

// branchesLikeVersions has branches that must not be taken for versions (golang/go#35671), and
// tags on other branches than the default one.
func branchesLikeVersions(c *corpus) {
	r := c.repository("github.com/pmezard/go-difflib")
	t := c.tree("golang-github-pmezard-go-difflib-dev", "github.com/pmezard/go-difflib").goMod("module github.com/pmezard/go-difflib", "", "go 1.20")
	first := r.commit("master", t)
	r.tag(first, "v1.0.0")
	r.branch("v1.1.0", first)
	r.commit("v1.1.0", t.with("b.go", "package b\n"))
	r.branch("release", first)
	r.tag(r.commit("release", t.with("c.go", "package c\n")), "v1.0.1")
	r.commit("release", t.with("c.go", "package c // again\n"))
	r.branch("v2", first)
	r.commit("v2", t.with("d.go", "package d\n"))
	r.branch("feature/x", first)
	r.branch("v1.0.2-branch", first)
	// A name that is both.
	r.branch("both", first)
	r.tag(r.commit("master", t.with("e.go", "package e\n")), "both")
	r.module("github.com/pmezard/go-difflib")
	r.done()
}

func manyVersions(c *corpus) {
	r := c.repository("github.com/stretchr/testify")
	t := c.tree("golang-github-stretchr-testify-dev", "github.com/stretchr/testify")
	for i, v := range []string{"v0.9.0", "v1.1.0", "v1.2.0", "v1.2.1", "v1.9.0", "v1.10.0"} {
		r.tag(r.commit("master", t.part(i+1, 6)), v)
	}
	r.module("github.com/stretchr/testify")
	r.done()
}

// merges reaches its tags by second parents only.
func merges(c *corpus) {
	r := c.repository("github.com/dustin/go-humanize")
	t := c.tree("golang-github-dustin-go-humanize-dev", "github.com/dustin/go-humanize")
	base := r.commit("master", t.part(1, 4))
	r.branch("side", base)
	side := r.commit("side", t.part(2, 4))
	r.tag(side, "v1.0.0")
	r.commit("master", t.part(3, 4))
	merge := r.commit("master", t, side)
	r.branch("other", base)
	other := r.commit("other", t.with("o.go", "package o\n"))
	r.tag(other, "v1.4.0")
	r.commit("master", t.with("p.go", "package p\n"))
	r.module("github.com/dustin/go-humanize")
	r.ask("github.com/dustin/go-humanize", "pseudo", markOf(merge))
	r.ask("github.com/dustin/go-humanize", "pseudo", markOf(side))
	r.done()
}

func preReleases(c *corpus) {
	r := c.repository("github.com/tidwall/match")
	t := c.tree("golang-github-tidwall-match-dev", "github.com/tidwall/match")
	r.tag(r.commit("master", t.part(1, 2)), "v1.0.0-alpha", "v1.0.0-alpha.1")
	r.tag(r.commit("master", t), "v1.0.0-rc.10", "v1.0.0-rc.9")
	r.module("github.com/tidwall/match")
	r.done()
}

// strictServer is a server that gives refs only, whole; and branches look like commits.
func strictServer(c *corpus) {
	r := c.repository("github.com/tidwall/pretty")
	r.config = []string{"uploadpack.allowFilter=false", "uploadpack.allowAnySHA1InWant=false"}
	t := c.tree("golang-github-tidwall-pretty-dev", "github.com/tidwall/pretty").goMod("module github.com/tidwall/pretty", "", "go 1.16")
	first := r.commit("master", t.part(1, 2))
	r.tag(r.commit("master", t), "v1.2.1")
	r.branch("deadbeef", first)
	r.branch("abcdef0123456789", first)
	r.commit("master", t.with("x.go", "package pretty\n"))
	r.module("github.com/tidwall/pretty")
	r.done()
}

func otherHead(c *corpus) {
	r := c.repository("github.com/magiconair/properties")
	r.head = "trunk"
	t := c.tree("golang-github-magiconair-properties-dev", "github.com/magiconair/properties")
	first := r.commit("trunk", t.part(1, 2))
	r.tag(first, "v1.8.6")
	r.branch("master", first)
	r.commit("master", t.with("m.go", "package m\n"))
	r.commit("trunk", t)
	r.module("github.com/magiconair/properties")
	r.done()
}

// oddTimes was committed in many time zones and not in order.
func oddTimes(c *corpus) {
	r := c.repository("github.com/subosito/gotenv")
	t := c.tree("golang-github-subosito-gotenv-dev", "github.com/subosito/gotenv")
	r.tag(r.commitAt("master", t.part(1, 3), "1600000000 -1130"), "v1.2.0")
	r.tag(r.commitAt("master", t.part(2, 3), "1500000000 +0530"), "v1.3.0")
	r.commitAt("master", t, "4102444799 +1400")
	r.module("github.com/subosito/gotenv")
	r.done()
}

// retracted takes back its highest version, and another.
func retracted(c *corpus) {
	r := c.repository("github.com/mattn/go-shellwords")
	t := c.tree("golang-github-mattn-go-shellwords-dev", "github.com/mattn/go-shellwords")
	r.tag(r.commit("master", t.part(1, 3)), "v1.0.10")
	r.tag(r.commit("master", t.part(2, 3)), "v1.0.11")
	t = t.goMod("module github.com/mattn/go-shellwords", "", "go 1.16", "", "retract (", "\tv1.0.11 // broken", "\t[v1.0.12, v1.0.13] // this one too", ")")
	r.tag(r.commit("master", t), "v1.0.12")
	r.commit("master", t.with("x.go", "package shellwords\n"))
	r.module("github.com/mattn/go-shellwords")
	r.done()
}

// retractedOnly has nothing left.
func retractedOnly(c *corpus) {
	r := c.repository("github.com/kr/pretty")
	t := c.tree("golang-github-kr-pretty-dev", "github.com/kr/pretty").goMod("module github.com/kr/pretty", "", "go 1.16", "", "retract [v0.0.0, v0.9.9]")
	r.tag(r.commit("master", t), "v0.3.1")
	r.commit("master", t.with("x.go", "package pretty\n"))
	r.module("github.com/kr/pretty")
	r.done()
}

// tagsOfOtherThings has tags of tags and of files.
func tagsOfOtherThings(c *corpus) {
	r := c.repository("github.com/tidwall/gjson")
	t := c.tree("golang-github-tidwall-gjson-dev", "github.com/tidwall/gjson")
	first := r.commit("master", t)
	tag := r.annotate(first, "v1.16.0")
	r.annotate(tag, "v1.17.0")
	r.annotate(1, "v1.18.0") // the first mark is a file's
	r.module("github.com/tidwall/gjson")
	r.done()
}

func empty(c *corpus) {
	r := c.repository("github.com/tain-test/empty")
	r.module("github.com/tain-test/empty")
	r.done()
}
