// Gitlarge makes two git repositories for the bench.
//
//	gitlarge OUT TAGS MEGABYTES
//
// OUT receives github.com/tain-bench/large.git with so many tags and so much history, of which each
// commit holds little, and github.com/tain-bench/many.git with twenty modules.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gitlarge: ")
	if len(os.Args) != 4 {
		log.Fatal("usage: gitlarge OUT TAGS MEGABYTES")
	}
	tags, _ := strconv.Atoi(os.Args[2])
	megabytes, _ := strconv.Atoi(os.Args[3])
	tags = max(tags, 1)
	out := os.Args[1]
	inGit(filepath.Join(out, "github.com/tain-bench/large.git"), func(to io.Writer) {
		random := rand.New(rand.NewSource(1))
		noise := make([]byte, megabytes*1_000_000/tags)
		for i := range tags + 1 {
			fmt.Fprintf(to, "commit refs/heads/main\nmark :%d\ncommitter C <c@example.com> %d +0000\ndata 0\n", i+1, 1_500_000_000+i*3600)
			if i == 0 {
				const goMod = "module github.com/tain-bench/large\n"
				fmt.Fprintf(to, "M 100644 inline go.mod\ndata %d\n%s\n", len(goMod), goMod)
			}
			random.Read(noise)
			fmt.Fprintf(to, "M 100644 inline data/%d\ndata %d\n", i%10, len(noise))
			to.Write(noise)
			fmt.Fprint(to, "\n")
			// HEAD is past the last tag.
			if i < tags {
				fmt.Fprintf(to, "reset refs/tags/v0.%d.%d\nfrom :%d\n\n", i/100, i%100, i+1)
			}
		}
	})
	inGit(filepath.Join(out, "github.com/tain-bench/many.git"), func(to io.Writer) {
		fmt.Fprint(to, "commit refs/heads/main\nmark :1\ncommitter C <c@example.com> 1500000000 +0000\ndata 0\n")
		random := rand.New(rand.NewSource(2))
		noise := make([]byte, 200_000)
		for i := range 20 {
			goMod := fmt.Sprintf("module github.com/tain-bench/many/m%02d\n", i)
			fmt.Fprintf(to, "M 100644 inline m%02d/go.mod\ndata %d\n%s\n", i, len(goMod), goMod)
			random.Read(noise)
			fmt.Fprintf(to, "M 100644 inline m%02d/data\ndata %d\n", i, len(noise))
			to.Write(noise)
			fmt.Fprint(to, "\n")
		}
		for i := range 20 {
			fmt.Fprintf(to, "reset refs/tags/m%02d/v1.0.0\nfrom :1\n\n", i)
		}
	})
}

// inGit makes a bare repository of a stream.
func inGit(folder string, write func(io.Writer)) {
	for _, arguments := range [][]string{
		{"init", "-q", "--bare", "-b", "main", folder},
		{"--git-dir", folder, "config", "uploadpack.allowFilter", "true"},
		{"--git-dir", folder, "config", "uploadpack.allowAnySHA1InWant", "true"},
	} {
		if output, err := exec.Command("git", arguments...).CombinedOutput(); err != nil {
			log.Fatalf("git %v: %v\n%s", arguments, err, output)
		}
	}
	// Noise does not compress.
	command := exec.Command("git", "--git-dir", folder, "-c", "core.compression=0", "-c", "pack.compression=0", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	stream := bufio.NewWriterSize(stdin, 1<<20)
	write(stream)
	stream.Flush()
	stdin.Close()
	if err := command.Wait(); err != nil {
		log.Fatalf("git fast-import: %v", err)
	}
}
