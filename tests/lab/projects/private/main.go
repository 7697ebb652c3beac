// Command app uses a module of the company's beside a public one.
package main

import (
	"fmt"

	"git.corp.example/team/lib"
	"github.com/lab-oss/greeting"
)

func main() {
	fmt.Println(lib.Say(), greeting.Say())
}
