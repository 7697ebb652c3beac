// The judge of the rules' tests: answers questions, one JSON line each, with Go's own code.
// PROXY_LIST is replaced by cmd/go's proxyList and newProxyRepo, which no program can import.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/net/http/httpproxy"
)

type Repo interface{}
type proxyRepo struct {
	url          *url.URL
	path         string
	redactedBase string
	listLatest   sync.Once
	a            *int
	b            error
}
type proxySpec struct {
	url             string
	fallBackOnError bool
}

var cfg struct{ GOPROXY, GONOPROXY string }
var proxyOnce struct {
	sync.Once
	list []proxySpec
	err  error
}

func pathEscape(s string) string { return strings.ReplaceAll(url.PathEscape(s), "%2F", "/") }

var _ = errors.New
var _ = filepath.IsAbs
var _ = pathpkg.IsAbs

//PROXY_LIST

type question struct {
	Op, A, B string
}

func answer(q question) any {
	switch q.Op {
	case "match":
		return module.MatchPrefixPatterns(q.A, q.B)
	case "path":
		s, err := module.EscapePath(q.A)
		if err != nil {
			return nil
		}
		return pathEscape(s)
	case "version":
		s, err := module.EscapeVersion(q.A)
		if err != nil {
			return nil
		}
		return pathEscape(s)
	case "zip":
		h, err := dirhash.HashZip(q.A, dirhash.Hash1)
		if err != nil {
			return nil
		}
		return h
	case "noproxy":
		c := httpproxy.Config{HTTPProxy: "http://p:1", HTTPSProxy: "http://p:1", NoProxy: q.A}
		u, err := url.Parse(q.B)
		if err != nil {
			return nil
		}
		p, err := c.ProxyFunc()(u)
		return p != nil && err == nil
	case "goproxy":
		proxyOnce.Once = sync.Once{}
		proxyOnce.list = nil
		proxyOnce.err = nil
		cfg.GOPROXY = q.A
		list, err := proxyList()
		if err != nil {
			return nil
		}
		out := [][2]any{}
		for _, s := range list {
			out = append(out, [2]any{s.url, s.fallBackOnError})
		}
		return out
	}
	return fmt.Sprint("unknown question ", q.Op)
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		out, _ := json.Marshal(answer(q))
		fmt.Println(string(out))
	}
}
