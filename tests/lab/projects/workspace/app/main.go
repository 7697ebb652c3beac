// Command app uses the two other modules of its workspace.
package main

import (
	"example.com/greet"
	"example.com/loud"
)

func main() {
	println(greet.Greet(), loud.Loud())
}
