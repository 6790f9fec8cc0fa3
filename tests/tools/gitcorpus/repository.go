package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A repository is written as one stream for git fast-import.
type repository struct {
	c        *corpus
	address  string
	stream   bytes.Buffer
	blobs    map[string]int
	marks    int
	seconds  int64
	commits  []int // marks, in order
	tags     []string
	branches map[string]bool
	head     string
	config   []string
	modules  []string
	asked    [][]string // module and question, with :MARK for a commit
}

func (c *corpus) repository(address string) *repository {
	return &repository{
		c: c, address: address, blobs: map[string]int{}, branches: map[string]bool{}, head: "master",
		seconds: 1_500_000_000,
		// What GitHub allows. Others allow less: see the stories.
		config: []string{"uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"},
	}
}

func (r *repository) mark() int {
	r.marks++
	return r.marks
}

// commit makes a commit of exactly these files on a branch, a day after the one before, and
// returns its mark. Parents are the branch's last commit and those given.
func (r *repository) commit(branch string, t tree, merged ...int) int {
	r.seconds += 86_400
	return r.commitAt(branch, t, fmt.Sprintf("%d +0000", r.seconds), merged...)
}

// commitAt is commit with the committer's time, as git writes it.
func (r *repository) commitAt(branch string, t tree, when string, merged ...int) int {
	for _, f := range t {
		if _, ok := r.blobs[f.content]; !ok && f.mode != gitlink {
			r.blobs[f.content] = 0
		}
	}
	// In the order of the names, for the marks and the pack to be the same each time.
	for _, name := range t.names() {
		f := t[name]
		if f.mode != gitlink && r.blobs[f.content] == 0 {
			r.blobs[f.content] = r.mark()
			fmt.Fprintf(&r.stream, "blob\nmark :%d\ndata %d\n%s\n", r.blobs[f.content], len(f.content), f.content)
		}
	}
	m := r.mark()
	message := fmt.Sprintf("commit %d on %s\n", len(r.commits)+1, branch)
	fmt.Fprintf(&r.stream, "commit refs/heads/%s\nmark :%d\nauthor A U Thor <author@example.com> 1400000000 +0200\n"+
		"committer C O Mitter <committer@example.com> %s\ndata %d\n%s", branch, m, when, len(message), message)
	for _, parent := range merged {
		fmt.Fprintf(&r.stream, "merge :%d\n", parent)
	}
	fmt.Fprintf(&r.stream, "deleteall\n")
	for _, name := range t.names() {
		f := t[name]
		ref := fmt.Sprintf(":%d", r.blobs[f.content])
		if f.mode == gitlink {
			ref = f.content
		}
		fmt.Fprintf(&r.stream, "M %s %s %s\n", f.mode, ref, quoted(name))
	}
	fmt.Fprintln(&r.stream)
	r.branches[branch] = true
	r.commits = append(r.commits, m)
	return m
}

// quoted is a name as fast-import reads it, whatever is in it.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}

// branch makes or moves a branch.
func (r *repository) branch(name string, at int) {
	fmt.Fprintf(&r.stream, "reset refs/heads/%s\nfrom :%d\n\n", name, at)
	r.branches[name] = true
}

// tag makes lightweight tags at a commit.
func (r *repository) tag(at int, names ...string) {
	for _, name := range names {
		fmt.Fprintf(&r.stream, "reset refs/tags/%s\nfrom :%d\n\n", name, at)
		r.tags = append(r.tags, name)
	}
}

// annotate makes annotated tags at a commit, and returns the last one's mark.
func (r *repository) annotate(at int, names ...string) int {
	m := 0
	for _, name := range names {
		m = r.mark()
		message := "release " + name + "\n"
		fmt.Fprintf(&r.stream, "tag %s\nmark :%d\nfrom :%d\ntagger T Agger <tagger@example.com> %d +0000\ndata %d\n%s\n",
			name, m, at, r.seconds+3600, len(message), message)
		r.tags = append(r.tags, name)
	}
	return m
}

// module says which modules the repository has, or seems to have, for the questions.
func (r *repository) module(paths ...string) { r.modules = append(r.modules, paths...) }

// ask adds a question to those that every module gets.
func (r *repository) ask(module string, question ...string) {
	r.asked = append(r.asked, append([]string{module}, question...))
}

// done writes the repository and its questions.
func (r *repository) done() {
	folder := filepath.Join(r.c.out, filepath.FromSlash(r.address)+".git")
	marks := filepath.Join(folder, "marks")
	r.git(nil, "init", "-q", "--bare", "-b", r.head, folder)
	if len(r.commits) > 0 {
		r.git(&r.stream, "--git-dir", folder, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--export-marks="+marks)
	}
	for _, setting := range r.config {
		name, value, _ := strings.Cut(setting, "=")
		r.git(nil, "--git-dir", folder, "config", name, value)
	}
	r.questions(readMarks(marks))
}

func (r *repository) git(stdin *bytes.Buffer, arguments ...string) {
	command := exec.Command("git", arguments...)
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	if stdin != nil {
		command.Stdin = stdin
	}
	if output, err := command.CombinedOutput(); err != nil {
		log.Fatalf("%s: git %s: %v\n%s", r.address, strings.Join(arguments, " "), err, output)
	}
}

func readMarks(path string) map[string]string {
	hashes := map[string]string{}
	data, _ := os.ReadFile(path) // none without commits
	os.Remove(path)
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if mark, hash, ok := strings.Cut(line, " "); ok {
			hashes[mark] = hash
		}
	}
	return hashes
}
