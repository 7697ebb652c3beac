// Command app uses the two other modules of its workspace.
package main

import (
	"fmt"

	"example.com/greet"
	"example.com/loud"
)

func main() {
	fmt.Println(greet.Greet(), loud.Loud())
}
