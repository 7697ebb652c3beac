// Command app says hello with modules of the public internet.
package main

import (
	"fmt"

	shout "github.com/Lab-OSS/Shout"
	"github.com/lab-oss/greeting"
)

func main() {
	fmt.Println(greeting.Say(), shout.Say())
}
