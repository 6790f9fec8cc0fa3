package main

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"
)

var version = regexp.MustCompile(`^v[0-9]`)

// questions asks of each module all that its repository might answer, and what it must not.
func (r *repository) questions(hashes map[string]string) {
	for i, module := range r.modules {
		ask := func(question ...string) { r.c.ask(module, question...) }
		ask("list")
		ask("latest")
		for _, v := range r.versionsFor(module) {
			ask("version", v)
		}
		if len(r.commits) == 0 {
			ask("query", "HEAD")
			ask("query", "master")
			continue
		}
		head, middle := r.hash(hashes, len(r.commits)-1), r.hash(hashes, (len(r.commits)-1)/2)
		ask("query", "HEAD")
		ask("query", head[:12])
		ask("pseudo", middle)
		ask("version", "v1.99.0")
		// What one module of a repository answers here, the others do too.
		if i > 0 {
			continue
		}
		for _, branch := range r.branchNames() {
			ask("query", branch)
		}
		ask("query", head[:7])
		ask("query", head[:6])
		ask("query", "0123456789abcdef0123456789abcdef01234567")
		ask("query", "nonsense")
		ask("query", "v1")
	}
	for _, question := range r.asked {
		for i, word := range question {
			if hash, ok := hashes[word]; ok {
				question[i] = hash
			}
		}
		r.c.ask(question[0], question[1:]...)
	}
}

func (r *repository) hash(hashes map[string]string, commit int) string {
	return hashes[fmt.Sprintf(":%d", r.commits[commit])]
}

// branchNames are those that a query can hold.
func (r *repository) branchNames() []string {
	var names []string
	for name := range r.branches {
		if !strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// versionsFor is each tag as a version of the module, whether it is one or not.
func (r *repository) versionsFor(module string) []string {
	var versions []string
	for _, tag := range r.tags {
		folder, name := path.Split(tag)
		if !version.MatchString(name) {
			continue
		}
		if folder != "" && !strings.Contains(module+"/", "/"+folder) || folder == "" && r.isBelow(module) {
			continue
		}
		versions = append(versions, name)
		if name[1] > '1' && folder == "" && !strings.Contains(path.Base(module), "v"+name[1:2]) {
			versions = append(versions, name+"+incompatible")
		}
	}
	return versions
}

// isBelow says whether the module lies in a folder that has tags of its own.
func (r *repository) isBelow(module string) bool {
	for _, tag := range r.tags {
		if folder, _ := path.Split(tag); folder != "" && strings.Contains(module+"/", "/"+folder) {
			return true
		}
	}
	return false
}
