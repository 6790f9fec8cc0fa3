package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log"
	"strconv"
	"time"
)

// tables prints the composite literals of coderepo_test.go's tables as JSON: a list of rows for
// each, with the fields' names as they stand there.
func tables(out io.Writer) {
	file, err := parser.ParseFile(token.NewFileSet(), source("internal/modfetch/coderepo_test.go"), nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	found := map[string]any{}
	constants := map[string]ast.Expr{}
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok || len(value.Values) != 1 {
				continue
			}
			name := value.Names[0].Name
			switch {
			case general.Tok == token.CONST:
				constants[name] = value.Values[0]
			case name == "codeRepoTests" || name == "codeRepoVersionsTests" || name == "latestTests":
				found[name] = plain(value.Values[0], constants)
			}
		}
	}
	if len(found) != 3 {
		log.Fatalf("coderepo_test.go has %d of the three tables", len(found))
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(found); err != nil {
		log.Fatal(err)
	}
}

// plain is the value of a literal in terms of JSON.
func plain(e ast.Expr, constants map[string]ast.Expr) any {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, _ := strconv.Unquote(e.Value)
			return s
		}
		n, _ := strconv.Atoi(e.Value)
		return n
	case *ast.Ident:
		if constant, ok := constants[e.Name]; ok {
			return plain(constant, constants)
		}
		return e.Name
	case *ast.BinaryExpr:
		left, right := plain(e.X, constants), plain(e.Y, constants)
		return left.(string) + right.(string)
	case *ast.CallExpr: // time.Date(…, time.UTC)
		n := make([]int, 7)
		for i := range n {
			n[i] = plain(e.Args[i], constants).(int)
		}
		return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6], time.UTC)
	case *ast.CompositeLit:
		if len(e.Elts) > 0 {
			if _, ok := e.Elts[0].(*ast.KeyValueExpr); ok {
				row := map[string]any{}
				for _, element := range e.Elts {
					pair := element.(*ast.KeyValueExpr)
					row[pair.Key.(*ast.Ident).Name] = plain(pair.Value, constants)
				}
				return row
			}
		}
		list := []any{}
		for _, element := range e.Elts {
			list = append(list, plain(element, constants))
		}
		return list
	}
	log.Fatalf("coderepo_test.go: cannot read a %T", e)
	return nil
}
