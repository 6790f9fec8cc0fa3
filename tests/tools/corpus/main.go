// Corpus turns unpacked Debian packages of Go libraries into a static module proxy.
//
//	corpus GOCODE OUT
//	corpus -large OUT MEGABYTES
//
// The second makes one module, example.com/large v1.0.0, of that size, which does not compress.
//
// GOCODE is the folder that stands for $GOPATH/src (usr/share/gocode/src); beside each package's
// files lies what Debian calls its version, given on standard input as lines
//
//	DEBIAN-PACKAGE DEBIAN-VERSION ROOT
//
// where ROOT is the folder below GOCODE that the package was unpacked to. OUT receives the tree
// of the GOPROXY protocol: <module>/@v/{list,<version>.info,.mod,.zip} and <module>/@latest.
//
// The modules require one another in exactly the versions of the set. What a go.mod requires
// beyond the set is dropped, and so are its replacements and exclusions: these count in a main
// module only.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("corpus: ")
	if len(os.Args) == 4 && os.Args[1] == "-large" {
		megabytes, err := strconv.Atoi(os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		if err := writeLarge(os.Args[2], megabytes); err != nil {
			log.Fatal(err)
		}
		return
	}
	if len(os.Args) != 3 {
		log.Fatal("usage: corpus GOCODE OUT < packages, or corpus -large OUT MEGABYTES")
	}
	modules, err := readPackages(os.Stdin, os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	set := map[string]string{}
	for _, m := range modules {
		set[m.path] = m.version
	}
	for _, m := range modules {
		if err := m.requireFrom(set); err != nil {
			log.Fatalf("%s: %v", m.path, err)
		}
		if err := m.write(os.Args[2]); err != nil {
			log.Fatalf("%s@%s: %v", m.path, m.version, err)
		}
		fmt.Printf("%s %s %s\n", m.path, m.version, m.debianPackage)
	}
}

// readPackages finds the modules of each package that standard input names.
func readPackages(in io.Reader, gocode string) ([]*goModule, error) {
	var modules []*goModule
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			return nil, fmt.Errorf("not a package line: %q", lines.Text())
		}
		found, err := findModules(filepath.Join(gocode, fields[2]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fields[0], err)
		}
		for _, m := range found {
			m.debianPackage = fields[0]
			if m.version, err = versionFor(m.path, fields[1]); err != nil {
				return nil, fmt.Errorf("%s: %w", fields[0], err)
			}
			if err := module.Check(m.path, m.version); err != nil {
				return nil, fmt.Errorf("%s: %w", fields[0], err)
			}
		}
		modules = append(modules, found...)
	}
	return modules, lines.Err()
}

// epoch is the time of each tagged version: the tree must not depend on when it was made.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// write puts the module's version into the tree at out.
func (m *goModule) write(out string) error {
	path, err := module.EscapePath(m.path)
	if err != nil {
		return err
	}
	dir := filepath.Join(out, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	version, err := module.EscapeVersion(m.version)
	if err != nil {
		return err
	}
	list, published := m.version+"\n", epoch
	if module.IsPseudoVersion(m.version) {
		list = ""
		if published, err = module.PseudoVersionTime(m.version); err != nil {
			return err
		}
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{m.version, published})
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		"list":            list,
		version + ".info": string(info),
		version + ".mod":  string(m.goMod),
		"../@latest":      string(info),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			return err
		}
	}
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	if err := zip.Create(file, module.Version{Path: m.path, Version: m.version}, m.files()); err != nil {
		return err
	}
	return file.Close()
}
