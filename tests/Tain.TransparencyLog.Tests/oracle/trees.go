package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// stored has the hashes of the records "leaf 0", "leaf 1" and so on.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = s[x]
	}
	return out, nil
}

var (
	leaves stored
	size   int64
)

func grow(to int64) {
	for ; size < to; size++ {
		hashes, err := tlog.StoredHashes(size, []byte(fmt.Sprintf("leaf %d", size)), leaves)
		if err != nil {
			panic(err)
		}
		leaves = append(leaves, hashes...)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// proofs takes a size, a record and an older size of at least 1. It answers with the root, the older root, the record's
// proof and the older tree's, hashes one behind the other, and before each proof the number of its hashes in one byte.
func proofs(n []int64) []byte {
	grow(n[0])
	root, older := must(tlog.TreeHash(n[0], leaves)), must(tlog.TreeHash(n[2], leaves))
	out := append(append([]byte{}, root[:]...), older[:]...)
	record, tree := must(tlog.ProveRecord(n[0], n[1], leaves)), must(tlog.ProveTree(n[0], n[2], leaves))
	out = append(out, byte(len(record)))
	for _, h := range record {
		out = append(out, h[:]...)
	}
	out = append(out, byte(len(tree)))
	for _, h := range tree {
		out = append(out, h[:]...)
	}
	return out
}

// check takes a size and a record or an older size, and hashes: the root, the record's or the older root, the proof.
func check(n []int64, data []byte) string {
	var hashes []tlog.Hash
	for ; len(data) > 0; data = data[tlog.HashSize:] {
		hashes = append(hashes, tlog.Hash(data[:tlog.HashSize]))
	}
	record := tlog.CheckRecord(hashes[2:], n[0], hashes[0], n[1], hashes[1])
	tree := tlog.CheckTree(hashes[2:], n[0], hashes[0], n[1], hashes[1])
	return fmt.Sprint(record == nil, tree == nil)
}

// tileSource serves the tiles of the leaves, some of them broken.
type tileSource struct {
	height int
	broken string
}

func (s tileSource) Height() int { return s.height }

func (s tileSource) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		out[i] = must(tlog.ReadTileData(t, leaves))
		if t.Path() == s.broken {
			out[i][len(out[i])/2] ^= 1
		}
	}
	return out, nil
}

func (s tileSource) SaveTiles([]tlog.Tile, [][]byte) {}

// readTiles takes a height, a size and stored indexes, and the path of a tile to break or nothing.
func readTiles(n []int64, broken []byte) []byte {
	grow(n[1])
	tree := tlog.Tree{N: n[1], Hash: must(tlog.TreeHash(n[1], leaves))}
	hashes, err := tlog.TileHashReader(tree, tileSource{int(n[0]), string(broken)}).ReadHashes(n[2:])
	if err != nil {
		return []byte(bad)
	}
	var out []byte
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}
