// Command sumdb is the lab's checksum database: Go's own server code (golang.org/x/mod/sumdb, out
// of the copy that Go vendors for its go command), signing with a key of the lab's.
//
//	sumdb keygen NAME           print a signer key and a verifier key, one a line
//	sumdb serve ADDRESS FOLDER  serve over HTTP; the signer key is in $SUMDB_KEY, and FOLDER holds
//	                            the sums to vouch for, laid out as <module path>/@v/<version>.sum
package main

import (
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "keygen" {
		signer, verifier, err := note.GenerateKey(rand.Reader, os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(signer)
		fmt.Println(verifier)
		return
	}
	if len(os.Args) != 4 || os.Args[1] != "serve" {
		log.Fatal("usage: sumdb keygen NAME | sumdb serve ADDRESS FOLDER")
	}
	address, folder := os.Args[2], os.Args[3]
	read := func(path, version string) ([]byte, error) {
		escaped, err := module.EscapePath(path)
		if err != nil {
			return nil, err
		}
		return os.ReadFile(filepath.Join(folder, escaped, "@v", version+".sum"))
	}
	server := sumdb.NewServer(sumdb.NewTestServer(os.Getenv("SUMDB_KEY"), read))
	for _, path := range sumdb.ServerPaths {
		http.Handle(path, server)
	}
	log.Fatal(http.ListenAndServe(address, nil))
}
