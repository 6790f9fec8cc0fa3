// Answers what the go command's own discovery says. Frames as in tests/Tain.GoModules.Tests/oracle: a length of 4 bytes,
// little-endian, then one letter for the question and the inputs, each with its length; answers in the same way.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	"cmd/go/internal/vcs"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		frame, err := read(in)
		if err == io.EOF {
			return
		}
		var answers [][]byte
		question, rest := frame[0], frame[1:]
		if question == 't' {
			pages, wanted := vcs.OracleTable()
			for i := range pages {
				answers = append(answers, []byte(pages[i]), []byte(wanted[i]))
			}
		}
		for len(rest) > 0 {
			n := binary.LittleEndian.Uint32(rest)
			input := rest[4 : 4+n]
			rest = rest[4+n:]
			switch question {
			case 'p':
				answers = append(answers, []byte(vcs.OracleParse(input)))
			case 'm':
				answers = append(answers, []byte(vcs.OracleMatch(input)))
			case 'f':
				answers = append(answers, []byte(vcs.OracleFind(string(input))))
			}
		}
		size := 0
		for _, a := range answers {
			size += 4 + len(a)
		}
		write(out, uint32(size))
		for _, a := range answers {
			write(out, uint32(len(a)))
			out.Write(a)
		}
		out.Flush()
	}
}

func read(in io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.LittleEndian.Uint32(head[:]))
	_, err := io.ReadFull(in, frame)
	return frame, err
}

func write(out io.Writer, n uint32) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], n)
	out.Write(b[:])
}
