// Command app says hello with modules of the public internet.
package main

import (
	shout "github.com/Lab-OSS/Shout"
	"github.com/lab-oss/greeting"
)

func main() {
	println(greeting.Say(), shout.Say())
}
