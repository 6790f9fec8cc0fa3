package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// hashes computes a version's two hashes from its files at a GOPROXY. An absence is fs.ErrNotExist.
func hashes(proxy, path, version string) (zip, mod string, err error) {
	escapedPath, err := module.EscapePath(path)
	if err != nil {
		return "", "", absent(path, version)
	}
	escapedVersion, err := module.EscapeVersion(version)
	if err != nil {
		return "", "", absent(path, version)
	}
	base := escapedPath + "/@v/" + escapedVersion
	zipFile, done, err := fetch(proxy, base+".zip")
	if err != nil {
		return "", "", err
	}
	defer done()
	if zip, err = dirhash.HashZip(zipFile, dirhash.Hash1); err != nil {
		return "", "", err
	}
	modFile, done, err := fetch(proxy, base+".mod")
	if err != nil {
		return "", "", err
	}
	defer done()
	mod, err = dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(modFile) })
	return zip, mod, err
}

func absent(path, version string) error {
	return &fs.PathError{Op: "not found", Path: path + "@" + version, Err: fs.ErrNotExist}
}

// fetch gives the path of a file of a GOPROXY, which may be a folder or a URL; done tidies up.
func fetch(proxy, name string) (path string, done func(), err error) {
	if !strings.HasPrefix(proxy, "http://") && !strings.HasPrefix(proxy, "https://") {
		path = filepath.Join(proxy, filepath.FromSlash(name))
		if _, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			err = &fs.PathError{Op: "not found", Path: name, Err: fs.ErrNotExist}
		}
		return path, func() {}, err
	}
	response, err := http.Get(strings.TrimSuffix(proxy, "/") + "/" + name)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return "", nil, &fs.PathError{Op: "not found", Path: name, Err: fs.ErrNotExist}
	default:
		return "", nil, fmt.Errorf("%s: %s", name, response.Status)
	}
	copied, err := os.CreateTemp("", "sumdbserver-")
	if err != nil {
		return "", nil, err
	}
	defer copied.Close()
	done = func() { os.Remove(copied.Name()) }
	if _, err = io.Copy(copied, response.Body); err != nil {
		done()
	}
	return copied.Name(), done, err
}
