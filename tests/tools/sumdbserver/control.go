package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
)

func (d *database) control(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if modes, ok := query["mode"]; ok {
		set := faults{}
		for _, mode := range modes {
			name, value, _ := strings.Cut(mode, "=")
			if name == "honest" {
				continue
			}
			if _, err := strconv.Atoi(name); err != nil && !slices.Contains(known, name) {
				http.Error(w, "no such fault: "+name, http.StatusBadRequest)
				return
			}
			set[name] = value
		}
		d.mu.Lock()
		d.faults, d.on = set, query.Get("on")
		d.mu.Unlock()
	}
	if query.Has("modules") {
		d.mu.Lock()
		d.modules = query.Get("modules")
		d.mu.Unlock()
	}
	if text := query.Get("add"); text != "" {
		d.honest.add([]byte(text))
	}
	if n, err := strconv.Atoi(query.Get("grow")); err == nil {
		d.grow(n)
	}
	fmt.Fprintf(w, "size %d\n", d.honest.size())
}

func (d *database) record(w http.ResponseWriter, r *http.Request) {
	id := number(r.URL.Query().Get("id"), -1)
	if id < 0 || id >= d.honest.size() {
		http.Error(w, "no such record", http.StatusNotFound)
		return
	}
	records, err := d.honest.ReadRecords(r.Context(), id, 1)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(records[0])
}

func escaped(path string) string {
	escaped, err := module.EscapePath(path)
	if err != nil {
		return path
	}
	return escaped
}
