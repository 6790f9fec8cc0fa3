// Demo uses 50 real modules, a little of each, and says what each answered: a program whose
// build needs every one of them whole, and whose output tells whether they are what they should.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/semver/v3"
	"github.com/agext/levenshtein"
	"github.com/cespare/xxhash/v2"
	"github.com/davecgh/go-spew/spew"
	"github.com/dustin/go-humanize"
	"github.com/go-chi/chi/v5"
	"github.com/gobwas/glob"
	"github.com/golang/snappy"
	"github.com/google/btree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/gorilla/mux"
	"github.com/gorilla/websocket"
	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/go-version"
	lru "github.com/hashicorp/golang-lru"
	jsoniter "github.com/json-iterator/go"
	"github.com/julienschmidt/httprouter"
	"github.com/kr/text"
	"github.com/magiconair/properties"
	"github.com/mattn/go-isatty"
	"github.com/mattn/go-runewidth"
	"github.com/mattn/go-shellwords"
	"github.com/mitchellh/mapstructure"
	"github.com/olekukonko/tablewriter"
	"github.com/opencontainers/go-digest"
	"github.com/pkg/errors"
	"github.com/pmezard/go-difflib/difflib"
	"github.com/rivo/uniseg"
	"github.com/russross/blackfriday/v2"
	"github.com/shopspring/decimal"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/subosito/gotenv"
	"github.com/tidwall/gjson"
	"github.com/yuin/goldmark"
	"go.uber.org/atomic"
	"go.uber.org/multierr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"
	"golang.org/x/text/language"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"gopkg.in/yaml.v3"
)

// Each line: what is shown, and what it must be.
var checks = []struct {
	module string
	want   string
	got    func() any
}{
	{"github.com/BurntSushi/toml", "map[a:1]", func() any {
		var v map[string]any
		_, err := toml.Decode("a = 1", &v)
		return orError(v, err)
	}},
	{"github.com/Masterminds/semver/v3", "1.2.4", func() any { return semver.MustParse("1.2.3").IncPatch().String() }},
	{"github.com/agext/levenshtein", "1", func() any { return levenshtein.Distance("tain", "train", nil) }},
	{"github.com/cespare/xxhash/v2", "ef46db3751d8e999", func() any { return fmt.Sprintf("%x", xxhash.Sum64(nil)) }},
	{"github.com/davecgh/go-spew", "(int) 1", func() any { return strings.TrimSpace(spew.Sdump(1)) }},
	{"github.com/dustin/go-humanize", "83 MB", func() any { return humanize.Bytes(82854982) }},
	{"github.com/go-chi/chi/v5", "7", func() any { r := chi.NewRouteContext(); r.URLParams.Add("id", "7"); return r.URLParam("id") }},
	{"github.com/gobwas/glob", "true", func() any { return glob.MustCompile("*.example.com").Match("git.example.com") }},
	{"github.com/golang/snappy", "mirror", func() any { return string(must(snappy.Decode(nil, snappy.Encode(nil, []byte("mirror"))))) }},
	{"github.com/google/btree", "2", func() any {
		tree := btree.New(2)
		tree.ReplaceOrInsert(btree.Int(2))
		tree.ReplaceOrInsert(btree.Int(3))
		return tree.Min()
	}},
	{"github.com/google/go-cmp", "true", func() any { return cmp.Equal([]int{1}, []int{1}) }},
	{"github.com/google/uuid", "00000000-0000-0000-0000-000000000000", func() any { return uuid.Nil.String() }},
	{"github.com/gorilla/mux", "/a/1", func() any { return must(mux.NewRouter().Path("/a/{n}").URL("n", "1")).String() }},
	{"github.com/gorilla/websocket", "1000", func() any { return websocket.CloseNormalClosure }},
	{"github.com/hashicorp/go-multierror", "2", func() any { return multierror.Append(io.EOF, io.EOF).Len() }},
	{"github.com/hashicorp/go-version", "true", func() any {
		return version.Must(version.NewVersion("1.0")).LessThan(version.Must(version.NewVersion("1.1")))
	}},
	{"github.com/hashicorp/golang-lru", "1", func() any { c := must(lru.New(1)); c.Add(1, 1); c.Add(2, 2); return c.Len() }},
	{"github.com/json-iterator/go", `{"a":1}`, func() any { return must(jsoniter.MarshalToString(map[string]int{"a": 1})) }},
	{"github.com/julienschmidt/httprouter", "/b", func() any { return httprouter.CleanPath("/a/../b") }},
	{"github.com/kr/text", "> a", func() any { return text.Indent("a", "> ") }},
	{"github.com/magiconair/properties", "b", func() any { return properties.MustLoadString("a = b").MustGetString("a") }},
	{"github.com/mattn/go-isatty", "false", func() any { return isatty.IsTerminal(^uintptr(0)) }},
	{"github.com/mattn/go-runewidth", "4", func() any { return runewidth.StringWidth("鏡面") }},
	{"github.com/mattn/go-shellwords", "[a b c]", func() any { return must(shellwords.Parse("a 'b c'")) }},
	{"github.com/mitchellh/mapstructure", "{1}", func() any {
		var v struct{ A int }
		return orError(&v, mapstructure.Decode(map[string]int{"a": 1}, &v))
	}},
	{"github.com/olekukonko/tablewriter", "true", func() any {
		var out bytes.Buffer
		table := tablewriter.NewWriter(&out)
		table.Append([]string{"cell"})
		table.Render()
		return strings.Contains(out.String(), "cell")
	}},
	{"github.com/opencontainers/go-digest", "sha256", func() any { return digest.FromString("x").Algorithm() }},
	{"github.com/pkg/errors", "outer: EOF", func() any { return errors.Wrap(io.EOF, "outer") }},
	{"github.com/pmezard/go-difflib", "1", func() any { return difflib.NewMatcher([]string{"a"}, []string{"a"}).Ratio() }},
	{"github.com/rivo/uniseg", "1", func() any { return uniseg.GraphemeClusterCount("🇩🇪") }},
	{"github.com/russross/blackfriday/v2", "<p>a</p>", func() any { return strings.TrimSpace(string(blackfriday.Run([]byte("a")))) }},
	{"github.com/shopspring/decimal", "0.3", func() any { return decimal.RequireFromString("0.1").Add(decimal.RequireFromString("0.2")) }},
	{"github.com/sirupsen/logrus", "warning", func() any { return logrus.WarnLevel.String() }},
	{"github.com/spf13/cast", "42", func() any { return cast.ToInt("42") }},
	{"github.com/spf13/cobra", "tain", func() any { return (&cobra.Command{Use: "tain serve"}).Name() }},
	{"github.com/spf13/pflag", "3", func() any {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		n := set.Int("n", 0, "")
		return orError(n, set.Parse([]string{"--n=3"}))
	}},
	{"github.com/stretchr/testify", "true", func() any { return assert.ObjectsAreEqual([]byte("a"), []byte("a")) }},
	{"github.com/subosito/gotenv", "map[A:1]", func() any { return gotenv.Parse(strings.NewReader("A=1")) }},
	{"github.com/tidwall/gjson", "2", func() any { return gjson.Get(`{"a":[1,2]}`, "a.1").Int() }},
	{"github.com/yuin/goldmark", "<p>a</p>", func() any {
		var out bytes.Buffer
		err := goldmark.Convert([]byte("a"), &out)
		return orError(strings.TrimSpace(out.String()), err)
	}},
	{"go.uber.org/atomic", "2", func() any { return atomic.NewInt32(1).Inc() }},
	{"go.uber.org/multierr", "2", func() any { return len(multierr.Errors(multierr.Append(io.EOF, io.ErrNoProgress))) }},
	{"go.uber.org/zap", "warn", func() any { _ = zap.NewNop(); return zapcore.WarnLevel.String() }},
	{"golang.org/x/crypto", "32", func() any { return len(blake2b.Sum256(nil)) }},
	{"golang.org/x/net", "a&lt;b", func() any { return html.EscapeString("a<b") }},
	{"golang.org/x/sync", "<nil>", func() any { g, _ := errgroup.WithContext(context.Background()); return g.Wait() }},
	{"golang.org/x/text", "de-CH", func() any { return language.MustParse("de_ch") }},
	{"golang.org/x/time", "true", func() any { return rate.NewLimiter(rate.Inf, 0).Allow() }},
	{"google.golang.org/protobuf", "2", func() any { return len(must(proto.Marshal(wrapperspb.Int32(1)))) }},
	{"gopkg.in/yaml.v3", "map[a:1]", func() any {
		var v map[string]int
		return orError(&v, yaml.Unmarshal([]byte("a: 1"), &v))
	}},
}

func main() {
	wrong := 0
	for _, check := range checks {
		if got := show(check.got()); got != check.want {
			fmt.Printf("%s: %s, not %s\n", check.module, got, check.want)
			wrong++
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d modules, all right\n", len(checks))
}

// show prints a value, and what a pointer to a plain one points to.
func show(v any) string {
	switch v := v.(type) {
	case *int:
		return fmt.Sprint(*v)
	case *map[string]int:
		return fmt.Sprint(*v)
	case *struct{ A int }:
		return fmt.Sprint(*v)
	}
	return fmt.Sprint(v)
}

func orError(v any, err error) any {
	if err != nil {
		return err
	}
	return v
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
