// Gitcorpus makes bare git repositories of unpacked Debian packages of Go libraries.
//
//	gitcorpus UNPACKED OUT
//
// UNPACKED has a folder for each package, as dpkg-deb -x leaves it. OUT receives a repository
// HOST/PATH.git for each story of this program, the file go-import for the git server's pages, and
// the file queries, which lists what to ask about them:
//
//	MODULE list                 the versions
//	MODULE latest
//	MODULE version VERSION      .info, .mod and .zip of a version, right or wrong
//	MODULE query REVISION       what a branch, tag, commit or nonsense stands for
//	MODULE pseudo COMMIT        the pseudo-version of a commit, and wrong ones made of it
//
// The same packages make the same hashes, whenever and wherever it runs.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// stories are what the repositories were through; each adds its own repository to the corpus.
var stories []func(c *corpus)

type corpus struct {
	unpacked, out string
	mu            sync.Mutex
	imports       []string // lines of go-import
	queries       []string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("gitcorpus: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: gitcorpus UNPACKED OUT")
	}
	c := &corpus{unpacked: os.Args[1], out: os.Args[2]}
	work := make(chan func(*corpus), len(stories))
	for _, story := range stories {
		work <- story
	}
	close(work)
	var running sync.WaitGroup
	for range runtime.NumCPU() {
		running.Add(1)
		go func() {
			defer running.Done()
			for story := range work {
				story(c)
			}
		}()
	}
	running.Wait()
	c.absent()
	sort.Strings(c.imports)
	sort.Strings(c.queries)
	c.writeLines("go-import", c.imports)
	c.writeLines("queries", c.queries)
	fmt.Println(len(stories), "repositories")
}

func (c *corpus) writeLines(name string, lines []string) {
	if err := os.WriteFile(filepath.Join(c.out, name), []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		log.Fatal(err)
	}
}

// page adds a go-import tag: prefix, version control system, URL.
func (c *corpus) page(tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.imports = append(c.imports, tag)
}

func (c *corpus) ask(module string, question ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = append(c.queries, module+" "+strings.Join(question, " "))
}

// absent asks for what is not there at all.
func (c *corpus) absent() {
	for _, module := range []string{
		"github.com/tain-test/none",         // a host that is there, without this repository
		"unknown.example/none",              // no such host
		"corp.example/nothing/here",         // a host without a page for it
		"github.com/pkg/errors/not/a/dir",   // a repository without this folder
		"github.com/pkg/errors/v2",          // a major version that nobody tagged
		"go.corp.example/uniseg/nested/one", // below a page's prefix, in no folder
	} {
		c.ask(module, "list")
		c.ask(module, "latest")
		c.ask(module, "version", "v1.0.0")
	}
}
