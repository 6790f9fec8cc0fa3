// Answers what Go's own code says of inputs, for the differential tests.
//
// Frames on stdin and stdout: a length of 4 bytes, little-endian, then that many bytes. A request is one letter for the
// question and the inputs' fields; an answer has one field for each input. A field is a length of 4 bytes and its bytes.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	fields int
	answer func(in [][]byte) []byte
}

const bad = "\x00bad"

var questions = map[byte]question{
	'n': {2, func(in [][]byte) []byte { return []byte(openNote(in[0], string(in[1]))) }},
	'k': {1, func(in [][]byte) []byte { return []byte(verifierKey(string(in[0]))) }},
	's': {2, func(in [][]byte) []byte { return signNote(string(in[0]), string(in[1])) }},
	't': {1, func(in [][]byte) []byte {
		tree, err := tlog.ParseTree(in[0])
		if err != nil {
			return []byte(bad)
		}
		return tlog.FormatTree(tree)
	}},
	'r': {1, func(in [][]byte) []byte {
		id, text, rest, err := tlog.ParseRecord(in[0])
		if err != nil {
			return []byte(bad)
		}
		formatted, err := tlog.FormatRecord(id, text)
		if err != nil {
			panic(err)
		}
		return append(append(formatted, '|'), rest...)
	}},
	'p': {1, func(in [][]byte) []byte {
		t, err := tlog.ParseTilePath(string(in[0]))
		if err != nil {
			return []byte(bad)
		}
		return []byte(fmt.Sprint(t.H, t.L, t.N, t.W))
	}},
	'q': {1, func(in [][]byte) []byte {
		n := numbers(string(in[0]))
		return []byte(tlog.Tile{H: int(n[0]), L: int(n[1]), N: n[2], W: int(n[3])}.Path())
	}},
	'i': {1, func(in [][]byte) []byte { return []byte(indexes(numbers(string(in[0])))) }},
	'w': {1, func(in [][]byte) []byte { return []byte(newTiles(numbers(string(in[0])))) }},
	'm': {1, func(in [][]byte) []byte { return proofs(numbers(string(in[0]))) }},
	'c': {2, func(in [][]byte) []byte { return []byte(check(numbers(string(in[0])), in[1])) }},
	'h': {2, func(in [][]byte) []byte { return readTiles(numbers(string(in[0])), in[1]) }},
	'A': {1, addRecords},
	'F': {1, fetch},
	'C': {1, lookUp},
}

func numbers(text string) (list []int64) {
	for _, f := range strings.Fields(text) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			panic(err)
		}
		list = append(list, n)
	}
	return list
}

func openNote(msg []byte, keys string) string {
	var list []note.Verifier
	for _, key := range strings.Fields(keys) {
		v, err := note.NewVerifier(key)
		if err != nil {
			panic(err)
		}
		list = append(list, v)
	}
	n, err := note.Open(msg, note.VerifierList(list...))
	switch err.(type) {
	case nil:
	case *note.UnverifiedNoteError:
		return bad + " unknown"
	case *note.InvalidSignatureError:
		return bad + " signature"
	default:
		return bad + " malformed"
	}
	out := n.Text
	for _, s := range n.Sigs {
		out += fmt.Sprintf("|known %s %08x %s", s.Name, s.Hash, s.Base64)
	}
	for _, s := range n.UnverifiedSigs {
		out += fmt.Sprintf("|unknown %s %08x %s", s.Name, s.Hash, s.Base64)
	}
	return out
}

func verifierKey(text string) string {
	v, err := note.NewVerifier(text)
	if err != nil {
		return bad
	}
	return fmt.Sprintf("%s %08x", v.Name(), v.KeyHash())
}

func signNote(key, text string) []byte {
	s, err := note.NewSigner(key)
	if err != nil {
		return []byte(bad)
	}
	msg, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return []byte(bad)
	}
	return msg
}

// indexes takes a level, a number, a stored index, a size and a height.
func indexes(n []int64) string {
	level, number := tlog.SplitStoredHashIndex(n[2])
	t := tlog.TileForIndex(int(n[4]), n[2])
	return fmt.Sprint(tlog.StoredHashIndex(int(n[0]), n[1]), level, number, tlog.StoredHashCount(n[3]), t.H, t.L, t.N, t.W)
}

// newTiles takes a height and two sizes.
func newTiles(n []int64) string {
	var out []string
	for _, t := range tlog.NewTiles(int(n[0]), n[1], n[2]) {
		out = append(out, t.Path())
	}
	return strings.Join(out, " ")
}

func main() {
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
		var fields [][]byte
		for data := frame[1:]; len(data) > 0; {
			n := binary.LittleEndian.Uint32(data)
			fields = append(fields, data[4:4+n])
			data = data[4+n:]
		}
		out := make([]byte, 4)
		for len(fields) > 0 {
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
