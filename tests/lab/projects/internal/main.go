// Command app uses a module that only the company's own mirror has.
package main

import (
	"fmt"

	"go.corp.example/platform/log"
)

func main() {
	fmt.Println(log.Say())
}
