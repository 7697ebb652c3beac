// Command app uses a module of the company's beside a public one.
package main

import (
	"git.corp.example/team/lib"
	"github.com/lab-oss/greeting"
)

func main() {
	println(lib.Say(), greeting.Say())
}
