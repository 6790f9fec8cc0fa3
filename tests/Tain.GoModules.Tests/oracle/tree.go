package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	gozip "golang.org/x/mod/zip"
)

func init() {
	questions['T'] = question{1, checkTree}
	questions['C'] = question{1, createFromTree}
}

// treeFile is an entry of what git archive makes.
type treeFile struct {
	name    string
	kind    byte // 'r', 'l' or 'o'
	size    int64
	content string
}

func (f treeFile) Path() string                { return f.name }
func (f treeFile) Lstat() (fs.FileInfo, error) { return f, nil }
func (f treeFile) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(f.content)), nil
}
func (f treeFile) Name() string       { return path.Base(f.name) }
func (f treeFile) Size() int64        { return f.size }
func (f treeFile) ModTime() time.Time { return time.Time{} }
func (f treeFile) IsDir() bool        { return false }
func (f treeFile) Sys() any           { return nil }
func (f treeFile) Mode() fs.FileMode {
	if f.kind == 'l' {
		return fs.ModeSymlink | 0o777
	}
	return 0o644
}

// archived does what cmd/go's codeRepo.Zip does with the entries of an archive: directories, which submodules are there,
// go first; the LICENSE of the root comes where the module has none. A nil license is none.
func archived(all []treeFile, license *treeFile) (files []gozip.File, submodules []string) {
	haveLICENSE := false
	for _, f := range all {
		if f.kind == 'o' {
			submodules = append(submodules, f.name)
			continue
		}
		files = append(files, f)
		if f.name == "LICENSE" {
			haveLICENSE = true
		}
	}
	if !haveLICENSE && license != nil {
		files = append(files, *license)
	}
	return files, submodules
}

// checkTree takes the go directive, the size of the root's LICENSE or nothing, and name, kind and size of each file. It
// answers with fields: a letter and a name, and the reason up to its first detail.
func checkTree(in [][]byte) []byte {
	fields := splitFields(in[0])
	var license *treeFile
	if len(fields[1]) > 0 {
		license = &treeFile{name: "LICENSE", kind: 'r', size: number(fields[1])}
	}
	var all []treeFile
	for i := 2; i < len(fields); i += 3 {
		f := treeFile{name: string(fields[i]), kind: fields[i+1][0], size: number(fields[i+2])}
		if f.name == "go.mod" {
			f.content = "module example.com/m\n"
			if len(fields[0]) > 0 {
				f.content += "go " + string(fields[0]) + "\n"
			}
		}
		all = append(all, f)
	}

	files, submodules := archived(all, license)
	cf, _ := gozip.CheckFiles(files)
	var out []byte
	add := func(s string) { out = append(binary.LittleEndian.AppendUint32(out, uint32(len(s))), s...) }
	for _, name := range cf.Valid {
		add("V" + name)
	}
	for _, e := range cf.Omitted {
		add("O" + e.Path)
		add(kind(e.Err))
	}
	for _, name := range submodules {
		add("S" + name)
	}
	for _, e := range cf.Invalid {
		add("I" + e.Path)
		add(kind(e.Err))
	}
	if cf.SizeError != nil {
		add("too large")
	}
	return out
}

func number(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func kind(err error) string {
	text := err.Error()
	if i := strings.IndexAny(text, `":(`); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text)
}

// createFromTree takes a path, a version, the LICENSE of the root or nothing, and name, kind and content of each file. It
// answers with the h1 of the zip that Go makes of them.
func createFromTree(in [][]byte) []byte {
	fields := splitFields(in[0])
	var license *treeFile
	if len(fields[2]) > 0 {
		license = &treeFile{"LICENSE", 'r', int64(len(fields[2])), string(fields[2])}
	}
	var all []treeFile
	for i := 3; i < len(fields); i += 3 {
		all = append(all, treeFile{string(fields[i]), fields[i+1][0], int64(len(fields[i+2])), string(fields[i+2])})
	}
	files, _ := archived(all, license)
	var zip bytes.Buffer
	err := gozip.Create(&zip, module.Version{Path: string(fields[0]), Version: string(fields[1])}, files)
	if err == nil && zip.Len() == 0 {
		err = errors.New("nothing written")
	}
	if err == nil {
		err = os.WriteFile(zipFile, zip.Bytes(), 0o600)
	}
	h := ""
	if err == nil {
		h, err = dirhash.HashZip(zipFile, dirhash.Hash1)
	}
	return text(orBad(h, err))
}
