// Command app uses a module in a subgroup of the company's git server beside a public one.
package main

import (
	"git.corp.example/team/backend/lib"
	"github.com/lab-oss/greeting"
)

func main() {
	println(lib.Say(), greeting.Say())
}
