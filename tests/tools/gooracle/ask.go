package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"cmd/go/internal/cfg"
	"cmd/go/internal/modfetch"
	"cmd/go/internal/modfetch/codehost"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/dirhash"
)

// An answer is a line of the output. Kind and Query say what was asked: list, latest, version V, query Q.
type answer struct {
	Module, Kind, Query string
	List                []string          `json:",omitempty"`
	Info                *modfetch.RevInfo `json:",omitempty"`
	GoMod               *string           `json:",omitempty"` // of versions; not when it is too large to keep
	GoModSum            string            `json:",omitempty"`
	ZipSum              string            `json:",omitempty"`
	Error               string            `json:",omitempty"`
	NotExist            bool              `json:",omitempty"` // errors.Is(err, fs.ErrNotExist): what makes the go command go on
	GoModError          string            `json:",omitempty"`
	ZipError            string            `json:",omitempty"`
}

// tooLarge is what is not kept of a go.mod.
const tooLarge = 4096

type asker struct {
	ctx context.Context
	out *json.Encoder
	dir string
}

// ask answers the questions about each module whose name falls to the nth of so many processes.
func ask(in io.Reader, out io.Writer, n, of int) {
	questions := map[string][][]string{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		hash := fnv.New32()
		io.WriteString(hash, words[0])
		if int(hash.Sum32())%of == n {
			questions[words[0]] = append(questions[words[0]], words[1:])
		}
	}
	cfg.GOPROXY, cfg.GOSUMDB, cfg.ModCacheRW = "direct", "off", true
	buffer := bufio.NewWriter(out)
	defer buffer.Flush()
	a := &asker{ctx: context.Background(), out: json.NewEncoder(buffer)}
	modules := make([]string, 0, len(questions))
	for m := range questions {
		modules = append(modules, m)
	}
	sort.Strings(modules)
	for _, m := range modules {
		a.module(m, questions[m])
	}
	os.RemoveAll(a.dir)
}

func (a *asker) write(answer answer) {
	if err := a.out.Encode(answer); err != nil {
		log.Fatal(err)
	}
}

// forget makes it as if the go command ran for the first time: what it says of a commit's ref
// depends on what is in its cache.
func (a *asker) forget() {
	os.RemoveAll(a.dir)
	a.dir, _ = os.MkdirTemp("", "gooracle-")
	cfg.GOMODCACHE = filepath.Join(a.dir, "modcache")
	modfetch.Reset()
	codehost.ForgetRepositories()
}

func (a *asker) module(path string, questions [][]string) {
	a.forget()
	for _, q := range questions {
		switch q[0] {
		case "list":
			list, err := a.repo(path).Versions(a.ctx, "")
			said := answer{Module: path, Kind: "list"}
			said.fail(err)
			if err == nil {
				said.List = list.List
			}
			a.write(said)
		case "version":
			if module.CanonicalVersion(q[1]) == q[1] {
				a.write(a.version(path, q[1]))
			}
		}
	}
	// Afterwards what resolves to another version, since it is remembered under that one, with the
	// ref that was asked for; and the latest, which is remembered with HEAD for its ref.
	for _, q := range questions {
		if q[0] == "version" && module.CanonicalVersion(q[1]) != q[1] {
			a.write(a.version(path, q[1]))
		}
	}
	for _, q := range questions {
		if q[0] == "latest" {
			info, err := a.repo(path).Latest(a.ctx)
			a.write(about(path, "latest", "", info, err))
		}
	}
	for _, q := range questions {
		switch q[0] {
		case "query":
			a.forget()
			info, err := a.repo(path).Stat(a.ctx, q[1])
			a.write(about(path, "query", q[1], info, err))
		case "pseudo":
			a.forget()
			a.pseudo(path, q[1])
		}
	}
}

func (a *asker) repo(path string) modfetch.Repo { return modfetch.Lookup(a.ctx, "direct", path) }

func (s *answer) fail(err error) {
	if err != nil {
		s.Error, s.NotExist = err.Error(), errors.Is(err, fs.ErrNotExist)
	}
}

func about(path, kind, query string, info *modfetch.RevInfo, err error) answer {
	said := answer{Module: path, Kind: kind, Query: query}
	said.fail(err)
	if err == nil {
		said.Info = info
	}
	return said
}

// version is all there is of a version: what a proxy has in .info, .mod and .zip.
func (a *asker) version(path, version string) answer {
	repo := a.repo(path)
	info, err := repo.Stat(a.ctx, version)
	said := about(path, "version", version, info, err)
	if err != nil || info.Version != version || module.CanonicalVersion(version) != version {
		return said
	}
	if goMod, err := repo.GoMod(a.ctx, version); err != nil {
		said.GoModError = err.Error()
	} else {
		said.GoModSum, _ = dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(goMod)), nil
		})
		if text := string(goMod); len(text) < tooLarge {
			said.GoMod = &text
		}
	}
	zip := filepath.Join(a.dir, "version.zip")
	file, err := os.Create(zip)
	if err != nil {
		log.Fatal(err)
	}
	err = repo.Zip(a.ctx, file, version)
	file.Close()
	if err == nil {
		said.ZipSum, err = dirhash.HashZip(zip, dirhash.Hash1)
	}
	if err != nil {
		said.ZipError = err.Error()
	}
	return said
}

// pseudo asks for a commit, for its pseudo-version as a first question, and for others made of it,
// which are wrong in one thing each. Of those that are right all the same, the origin is left out.
func (a *asker) pseudo(path, commit string) {
	info, err := a.repo(path).Stat(a.ctx, commit)
	a.write(about(path, "query", commit, info, err))
	if err != nil || !module.IsPseudoVersion(info.Version) {
		return
	}
	a.forget()
	right := a.version(path, info.Version)
	a.write(right)
	for _, wrong := range wrongPseudoVersions(info.Version, commit) {
		info, err := a.repo(path).Stat(a.ctx, wrong)
		said := about(path, "version", wrong, info, err)
		if said.Info != nil {
			said.Info = &modfetch.RevInfo{Version: info.Version, Time: info.Time}
		}
		a.write(said)
	}
}

func wrongPseudoVersions(right, commit string) []string {
	t, _ := module.PseudoVersionTime(right)
	rev, _ := module.PseudoVersionRev(right)
	base, _ := module.PseudoVersionBase(right)
	major := semver.Major(right)
	stamp := t.Format(module.PseudoVersionTimestampFormat)
	replace := func(stampNow, revNow string) string {
		return strings.Replace(right, stamp+"-"+rev, stampNow+"-"+revNow, 1)
	}
	last := "0"
	if strings.HasSuffix(rev, "0") {
		last = "1"
	}
	plain, _, _ := strings.Cut(right, "+")
	wrong := []string{
		replace(t.Add(time.Second).Format(module.PseudoVersionTimestampFormat), rev),
		replace(t.Add(-24*time.Hour).Format(module.PseudoVersionTimestampFormat), rev),
		replace(stamp, rev[:11]),
		replace(stamp, commit[:13]),
		replace(stamp, commit),
		replace(stamp, rev[:11]+last),
		plain + "+meta",
		plain + "+incompatible",
		major + ".0.0-" + stamp + "-" + rev,
		major + ".77.8-0." + stamp + "-" + rev,
		major + ".0.0-pre.0." + stamp + "-" + rev,
		"v9.0.0-" + stamp + "-" + rev,
	}
	if base != "" {
		wrong = append(wrong, strings.Replace(base, "+incompatible", "", 1)+"-0."+stamp+"-"+rev)
	}
	var others []string
	for _, w := range wrong {
		if w != right {
			others = append(others, w)
		}
	}
	return others
}
