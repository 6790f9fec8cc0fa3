package main

import (
	"io/fs"
	"time"
)

// modInfo describes a go.mod that is in memory only.
type modInfo struct{ size int64 }

func (i modInfo) Name() string       { return "go.mod" }
func (i modInfo) Size() int64        { return i.size }
func (i modInfo) Mode() fs.FileMode  { return 0o444 }
func (i modInfo) ModTime() time.Time { return epoch }
func (i modInfo) IsDir() bool        { return false }
func (i modInfo) Sys() any           { return nil }
