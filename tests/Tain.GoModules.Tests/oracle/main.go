// Answers what Go's own code says of inputs, for the differential tests.
//
// Frames on stdin and stdout: a length of 4 bytes, little-endian, then that many bytes. A request is one letter for the
// question and the inputs' fields; an answer has one field for each input. A field is a length of 4 bytes and its bytes.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

type question struct {
	fields int
	answer func(in [][]byte) []byte
}

var questions = map[byte]question{
	'p': {1, func(in [][]byte) []byte { return text(checkPath(string(in[0]))) }},
	'u': {1, func(in [][]byte) []byte { return text(orBad(module.UnescapePath(string(in[0])))) }},
	'v': {1, func(in [][]byte) []byte {
		v := string(in[0])
		return text(orBad(module.UnescapeVersion(v)) + "|" + orBad(module.EscapeVersion(v)))
	}},
	's': {2, func(in [][]byte) []byte { return text(checkSemver(string(in[0]), string(in[1]))) }},
	'm': {2, func(in [][]byte) []byte {
		p, v := string(in[0]), string(in[1])
		return text(fmt.Sprint(module.CanonicalVersion(v) == v && module.Check(p, v) == nil))
	}},
	'q': {1, func(in [][]byte) []byte { return text(checkPseudo(string(in[0]))) }},
	'g': {2, func(in [][]byte) []byte {
		_, err := path.Match(string(in[0]), "")
		return text(fmt.Sprint(module.MatchPrefixPatterns(string(in[0]), string(in[1])), err != nil))
	}},
	'h': {1, func(in [][]byte) []byte {
		h, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(in[0])), nil
		})
		return text(orBad(h, err))
	}},
	'U': {0, unicodeTables},
	'z': {1, func(in [][]byte) []byte {
		return text(checkZip(module.Version{Path: "example.com/m", Version: "v1.0.0"}, in[0]))
	}},
	'Z': {3, func(in [][]byte) []byte {
		return text(checkZip(module.Version{Path: string(in[0]), Version: string(in[1])}, in[2]))
	}},
	'c': {1, createZip},
}

func text(s string) []byte { return []byte(s) }

func orBad(s string, err error) string {
	if err != nil {
		return "\x00bad"
	}
	return s
}

func checkPath(p string) string {
	_, major, _ := module.SplitPathVersion(p)
	escaped, err := module.EscapePath(p)
	if err != nil {
		major = ""
	}
	return fmt.Sprint(module.CheckPath(p) == nil, module.CheckImportPath(p) == nil, module.CheckFilePath(p) == nil,
		" ", orBad(escaped, err), " ", major)
}

func checkSemver(v, w string) string {
	list := []string{v, w}
	semver.Sort(list)
	return fmt.Sprintf("%v|%s|%s|%s|%s|%s|%d|%v|%s", semver.IsValid(v), semver.Canonical(v), semver.Major(v),
		semver.MajorMinor(v), semver.Prerelease(v), semver.Build(v), semver.Compare(v, w), list[0] == v,
		module.CanonicalVersion(v))
}

func checkPseudo(v string) string {
	at := "\x00bad"
	if t, err := module.PseudoVersionTime(v); err == nil && t.Year() > 0 {
		at = t.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%v|%s|%s|%s", module.IsPseudoVersion(v), orBad(module.PseudoVersionBase(v)), at,
		orBad(module.PseudoVersionRev(v)))
}

// unicodeTables has, for each code point, 4 bytes: what it folds to as zip.strToFold has it, in the top bit whether it is
// a letter, and in the next one whether it is printable.
func unicodeTables([][]byte) []byte {
	var out []byte
	for r := rune(0); r <= unicode.MaxRune; r++ {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		if 'A' <= least && least <= 'Z' {
			least += 'a' - 'A'
		}
		x := uint32(least)
		if unicode.IsLetter(r) {
			x |= 1 << 31
		}
		if strconv.IsPrint(r) {
			x |= 1 << 30
		}
		out = binary.LittleEndian.AppendUint32(out, x)
	}
	return out
}

var zipFile string

func checkZip(m module.Version, data []byte) string {
	if err := os.WriteFile(zipFile, data, 0o600); err != nil {
		panic(err)
	}
	if _, err := modzip.CheckZip(m, zipFile); err != nil {
		return "bad"
	}
	h, err := dirhash.HashZip(zipFile, dirhash.Hash1)
	if err != nil {
		return "bad"
	}
	if err := strict(data); err != nil {
		return "odd " + h + " " + err.Error()
	}
	return "good " + h
}

// createZip makes a zip with Go's own writer of pairs of name and content.
func createZip(in [][]byte) []byte {
	fields := splitFields(in[0])
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i+1 < len(fields); i += 2 {
		f, err := w.Create(string(fields[i]))
		if err == nil && !strings.HasSuffix(string(fields[i]), "/") {
			_, err = f.Write(fields[i+1])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func splitFields(data []byte) (fields [][]byte) {
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data)
		fields = append(fields, data[4:4+n])
		data = data[4+n:]
	}
	return fields
}

func main() {
	base := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	dir, err := os.MkdirTemp(base, "oracle")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	zipFile = filepath.Join(dir, "m.zip")

	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		frame := make([]byte, binary.LittleEndian.Uint32(head[:]))
		if _, err := io.ReadFull(in, frame); err != nil {
			return
		}
		q, ok := questions[frame[0]]
		if !ok {
			panic("unknown question")
		}
		fields := splitFields(frame[1:])
		out := make([]byte, 4)
		for first := true; first || len(fields) > 0; first = false {
			answer := q.answer(fields[:q.fields])
			fields = fields[q.fields:]
			out = binary.LittleEndian.AppendUint32(out, uint32(len(answer)))
			out = append(out, answer...)
		}
		binary.LittleEndian.PutUint32(out, uint32(len(out)-4))
		if _, err := os.Stdout.Write(out); err != nil {
			return
		}
	}
}
