package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sort"
)

type entry struct {
	name                        string
	flags, method               uint16
	crc                         uint32
	compressed, size, at, after uint64
}

var (
	le     = binary.LittleEndian
	errEnd = errors.New("end record")
)

// strict finds what Tain refuses although Go takes it: everything by which two readers of one zip could differ. It goes
// from behind, by the central directory, where Tain comes from the front.
func strict(b []byte) error {
	end := bytes.LastIndex(b, []byte("PK\x05\x06"))
	if end < 0 || len(b)-end < 22 || end+22+int(le.Uint16(b[end+20:])) != len(b) {
		return errEnd
	}
	e := b[end:]
	count, size, offset := uint64(le.Uint16(e[10:])), uint64(le.Uint32(e[12:])), uint64(le.Uint32(e[16:]))
	directoryEnd := uint64(end)
	if le.Uint16(e[4:]) != 0 || le.Uint16(e[6:]) != 0 {
		return errEnd
	}
	onDisk := uint64(le.Uint16(e[8:]))
	if end >= 76 && le.Uint32(b[end-20:]) == 0x07064b50 && le.Uint32(b[end-76:]) == 0x06064b50 {
		w, l := b[end-76:], b[end-20:]
		if le.Uint64(w[4:]) != 44 || le.Uint64(l[8:]) != uint64(end-76) || le.Uint32(l[16:]) != 1 ||
			le.Uint32(l[4:]) != 0 || le.Uint32(w[16:]) != 0 || le.Uint32(w[20:]) != 0 {
			return errEnd
		}
		if !widen(&onDisk, 0xffff, le.Uint64(w[24:])) || !widen(&count, 0xffff, le.Uint64(w[32:])) ||
			!widen(&size, 0xffffffff, le.Uint64(w[40:])) || !widen(&offset, 0xffffffff, le.Uint64(w[48:])) {
			return errEnd
		}
		directoryEnd = uint64(end - 76)
	}
	if onDisk != count || offset > directoryEnd || offset+size != directoryEnd {
		return errEnd
	}

	var entries []entry
	names := map[string]bool{}
	for d := b[offset:directoryEnd]; len(d) > 0; {
		if len(d) < 46 || le.Uint32(d) != 0x02014b50 {
			return errors.New("central header")
		}
		n, x, c := int(le.Uint16(d[28:])), int(le.Uint16(d[30:])), int(le.Uint16(d[32:]))
		if len(d) < 46+n+x+c || le.Uint16(d[34:]) != 0 {
			return errors.New("central header")
		}
		f := entry{name: string(d[46 : 46+n]), flags: le.Uint16(d[8:]), method: le.Uint16(d[10:]), crc: le.Uint32(d[16:]),
			compressed: uint64(le.Uint32(d[20:])), size: uint64(le.Uint32(d[24:])), at: uint64(le.Uint32(d[42:]))}
		if !zip64(d[46+n:46+n+x], &f.size, &f.compressed, &f.at) {
			return errors.New("central zip64")
		}
		if names[f.name] {
			return errors.New("name twice")
		}
		names[f.name] = true
		entries = append(entries, f)
		d = d[46+n+x+c:]
	}
	if uint64(len(entries)) != count {
		return errEnd
	}

	sort.Slice(entries, func(i, j int) bool { return entries[i].at < entries[j].at })
	var next uint64
	for i, f := range entries {
		after := offset
		if i+1 < len(entries) {
			after = entries[i+1].at
		}
		if f.at != next || after < f.at || after > offset {
			return errors.New("gap")
		}
		f.after = after
		if err := strictEntry(b, f); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		next = after
	}
	if next != offset {
		return errors.New("gap before central directory")
	}
	return nil
}

func widen(v *uint64, ones, wide uint64) bool {
	if *v != wide && *v != ones {
		return false
	}
	*v = wide
	return true
}

func zip64(extra []byte, values ...*uint64) bool {
	var wide []byte
	found := false
	for len(extra) >= 4 {
		n := int(le.Uint16(extra[2:]))
		if len(extra) < 4+n {
			break
		}
		if le.Uint16(extra) == 1 {
			if found {
				return false
			}
			found, wide = true, extra[4:4+n]
		}
		extra = extra[4+n:]
	}
	for _, v := range values {
		if *v == 0xffffffff {
			if len(wide) < 8 {
				return false
			}
			*v, wide = le.Uint64(wide), wide[8:]
		}
	}
	return true
}

func strictEntry(b []byte, f entry) error {
	h := b[f.at:f.after]
	if len(h) < 30 || le.Uint32(h) != 0x04034b50 {
		return errors.New("local header")
	}
	n, x := int(le.Uint16(h[26:])), int(le.Uint16(h[28:]))
	if len(h) < 30+n+x || len(h) < 30+n+x+int(f.compressed) || f.compressed > uint64(len(h)) {
		return errors.New("local header")
	}
	if string(h[30:30+n]) != f.name || le.Uint16(h[6:]) != f.flags || le.Uint16(h[8:]) != f.method {
		return errors.New("local header differs")
	}
	if f.flags&^(1<<1|1<<2|1<<3|1<<11) != 0 || f.method != 0 && f.method != 8 {
		return errors.New("flags or method")
	}
	crc, compressed, size := le.Uint32(h[14:]), uint64(le.Uint32(h[18:])), uint64(le.Uint32(h[22:]))
	none := uint64(0)
	if !zip64(h[30+n:30+n+x], &size, &compressed, &none) {
		return errors.New("local zip64")
	}
	descriptor := f.flags&8 != 0
	differs := func(local, central uint64) bool { return local != central && !(descriptor && local == 0) }
	if differs(uint64(crc), uint64(f.crc)) || differs(compressed, f.compressed) || differs(size, f.size) {
		return errors.New("local header differs")
	}

	data := h[30+n+x:]
	rest := data[f.compressed:]
	data = data[:f.compressed]
	content := data
	dir := f.name[len(f.name)-1] == '/'
	if f.method == 8 && !(dir && !descriptor && f.compressed == 0) {
		r := bytes.NewReader(data)
		var err error
		if content, err = io.ReadAll(flate.NewReader(r)); err != nil || r.Len() != 0 {
			return errors.New("compressed data")
		}
	}
	if dir && len(content) != 0 {
		return errors.New("directory with content")
	}
	if uint64(len(content)) != f.size || crc32.ChecksumIEEE(content) != f.crc {
		return errors.New("size or CRC")
	}

	if !descriptor {
		if len(rest) != 0 {
			return errors.New("gap")
		}
		return nil
	}
	if len(rest) == 16 || len(rest) == 24 {
		if le.Uint32(rest) != 0x08074b50 {
			return errors.New("descriptor")
		}
		rest = rest[4:]
	}
	ok := false
	switch len(rest) {
	case 12:
		ok = uint64(le.Uint32(rest[4:])) == f.compressed && uint64(le.Uint32(rest[8:])) == f.size
	case 20:
		ok = le.Uint64(rest[4:]) == f.compressed && le.Uint64(rest[12:]) == f.size
	}
	if !ok || le.Uint32(rest) != f.crc {
		return errors.New("descriptor")
	}
	return nil
}
