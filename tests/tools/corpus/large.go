package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"

	"golang.org/x/mod/zip"
)

// writeLarge puts example.com/large v1.0.0 into the tree at out: a legal module of files of 1 MiB
// of noise each, the same noise each time.
func writeLarge(out string, megabytes int) error {
	large := &largeModule{megabytes: megabytes}
	m := &goModule{path: "example.com/large", version: "v1.0.0", goMod: []byte("module example.com/large\n"), extra: large.files}
	return m.write(out)
}

type largeModule struct{ megabytes int }

func (l *largeModule) files() []zip.File {
	var files []zip.File
	for i := range l.megabytes {
		files = append(files, noise(i))
	}
	return files
}

// noise is the n-th file of noise.
type noise uint64

const noiseSize = 1 << 20

func (n noise) Path() string                { return fmt.Sprintf("noise/%03d.bin", uint64(n)) }
func (n noise) Lstat() (fs.FileInfo, error) { return modInfo{size: noiseSize}, nil }

func (n noise) Open() (io.ReadCloser, error) {
	content := make([]byte, noiseSize)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(content)
	return io.NopCloser(bytes.NewReader(content)), nil
}
