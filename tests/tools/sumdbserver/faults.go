package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Faults are what is wrong at present, each with its value. PATH is how a tile's path begins,
// such as tile/8/0/000; without one, all tiles are meant.
//
//	of transport (with on=PREFIX, for paths that begin so only):
//	  404, 503 …           this status, to everything
//	  stall                never answers
//	  reset                closes the connection without an answer
//	  html                 200 with a page, as a captive portal does
//	  endless              a body that does not end
//	  cut                  half of the body that was announced
//	of one module, in the log and proved:
//	  wrong-zip=M, wrong-mod=M          another hash
//	  no-zip-line=M, no-mod-line=M      that line is missing
//	  no-line=M                         the record is about another module
//	  extra-lines=M                     likewise, and the lines follow in the signed text of the head
//	  unsigned-lines=M                  likewise, behind the signatures
//	none at all:
//	  plain-data           data tiles as sum.golang.org has them: records without numbers, blank lines between them only
//	not in the log:
//	  tampered=M           the record of a look-up has another hash than the log's
//	  forged-record=ID     record, look-up and leaf tile agree on another hash; the tiles above do not
//	  bad-tile[=PATH]      a bit of it is another
//	  short-tile[=PATH]    its last three bytes are missing
//	  missing-tile[=PATH]  404
//	of the head:
//	  fork[=AT]            another history with the same key: record AT (default: the middle one) is another
//	  rollback[=SIZE]      an older one (default: of what it began with, else of the half)
//	  empty-tree           one of no records
//	  bad-signature        a bit of it is another
//	  other-key            signed with a key of the same name
type faults map[string]string

var known = slices.Concat(lies, []string{
	"plain-data", "stall", "reset", "html", "endless", "cut", "tampered", "forged-record", "bad-tile", "short-tile", "missing-tile",
	"fork", "rollback", "empty-tree", "bad-signature", "other-key",
})

func (d *database) fault(name string) (value string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	value, ok = d.faults[name]
	return value, ok
}

func (d *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/control":
		d.control(w, r)
		return
	case "/record":
		d.record(w, r)
		return
	case "/requests":
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, path := range d.requests {
			fmt.Fprintln(w, path)
		}
		d.requests = nil
		return
	}
	d.mu.Lock()
	d.requests = append(d.requests, r.URL.Path)
	on := d.on
	d.mu.Unlock()
	if rest, ok := strings.CutPrefix(r.URL.Path, "/sumdb/"+d.name+"/"); ok {
		r.URL.Path = "/" + rest
	}
	if strings.HasPrefix(r.URL.Path, on) && d.ail(w, r) {
		return
	}
	if r.URL.Path == "/supported" {
		return
	}
	answer := httptest.NewRecorder()
	d.server.ServeHTTP(answer, r)
	status, body := d.alter(strings.TrimPrefix(r.URL.Path, "/"), answer.Code, answer.Body.Bytes())
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, ok := d.fault("cut"); ok && strings.HasPrefix(r.URL.Path, on) {
		body = body[:len(body)/2]
	}
	w.Write(body)
}

// ail does what is wrong with the transport, and tells whether it did.
func (d *database) ail(w http.ResponseWriter, r *http.Request) bool {
	d.mu.Lock()
	status := 0
	for name := range d.faults {
		if n, err := strconv.Atoi(name); err == nil {
			status = n
		}
	}
	d.mu.Unlock()
	has := func(name string) bool { _, ok := d.fault(name); return ok }
	switch {
	case status != 0:
		http.Error(w, fmt.Sprintf("this database answers %d", status), status)
	case has("stall"):
		<-r.Context().Done()
	case has("reset"):
		panic(http.ErrAbortHandler)
	case has("html"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><title>Welcome</title><p>Sign in to use this network.\n")
	case has("endless"):
		page := bytes.Repeat([]byte("endless "), 8<<10)
		for r.Context().Err() == nil {
			w.Write(page)
		}
	default:
		return false
	}
	return true
}

// alter is what is wrong with an answer that was right.
func (d *database) alter(path string, status int, body []byte) (int, []byte) {
	if status != http.StatusOK {
		return status, body
	}
	if strings.HasPrefix(path, "tile/") {
		if _, ok := d.fault("plain-data"); ok && strings.HasPrefix(path, "tile/8/data/") {
			body = plain(body)
		}
		if of, ok := d.fault("missing-tile"); ok && strings.HasPrefix(path, of) {
			return http.StatusNotFound, []byte("no such tile\n")
		}
		if of, ok := d.fault("short-tile"); ok && strings.HasPrefix(path, of) {
			return status, body[:len(body)-3]
		}
		if of, ok := d.fault("bad-tile"); ok && strings.HasPrefix(path, of) {
			body[len(body)/2] ^= 1
		}
		return status, body
	}
	head := body
	if strings.HasPrefix(path, "lookup/") {
		i := bytes.Index(body, []byte("\n\n")) + 2
		record := body[:i]
		head = body[i:]
		id, text, _ := strings.Cut(string(record), "\n")
		if of, ok := d.fault("tampered"); ok && strings.HasPrefix(path, "lookup/"+escaped(of)+"@") {
			record = append([]byte(id+"\n"), forge([]byte(text))...)
		}
		if of, ok := d.fault("extra-lines"); ok && strings.HasPrefix(path, "lookup/"+escaped(of)+"@") {
			head = d.withLines(head, lines(text))
		}
		if of, ok := d.fault("unsigned-lines"); ok && strings.HasPrefix(path, "lookup/"+escaped(of)+"@") {
			head = append(bytes.Clone(head), lines(text)...)
		}
		if _, ok := d.fault("bad-signature"); ok {
			head = spoil(head)
		}
		return status, append(bytes.Clone(record), head...)
	}
	if _, ok := d.fault("bad-signature"); ok {
		head = spoil(head)
	}
	return status, head
}

// plain takes the numbers and the last blank line out of a data tile.
func plain(tile []byte) []byte {
	records := strings.Split(strings.TrimSuffix(string(tile), "\n\n"), "\n\n")
	for i, record := range records {
		_, records[i], _ = strings.Cut(record, "\n")
	}
	return []byte(strings.Join(records, "\n\n") + "\n")
}

// lines are those that a record about another module should have had.
func lines(text string) string {
	return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "elsewhere.example/", "")
}

// withLines is the head with further lines in its signed text, which whoever reads a head skips.
func (d *database) withLines(head []byte, lines string) []byte {
	text, _, _ := strings.Cut(string(head), "\n\n")
	return d.sign(text+"\n"+strings.TrimSuffix(lines, "\n")+"\n", d.signer)
}

func (d *database) resign(head []byte) ([]byte, error) {
	if _, ok := d.fault("other-key"); ok {
		text, _, _ := strings.Cut(string(head), "\n\n")
		return d.sign(text+"\n", d.other), nil
	}
	return head, nil
}

func (d *database) sign(text, key string) []byte {
	signer, err := note.NewSigner(key)
	if err != nil {
		panic(err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		panic(err)
	}
	return signed
}

// spoil changes a bit of the last signature.
func spoil(head []byte) []byte {
	text := strings.TrimSuffix(string(head), "\n")
	i := strings.LastIndex(text, " ") + 1
	signature, err := base64.StdEncoding.DecodeString(text[i:])
	if err != nil {
		panic(err)
	}
	signature[len(signature)-8] ^= 1
	return []byte(text[:i] + base64.StdEncoding.EncodeToString(signature) + "\n")
}
