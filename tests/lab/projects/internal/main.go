// Command app uses a module that only the company's own mirror has.
package main

import "go.corp.example/platform/log"

func main() {
	println(log.Say())
}
