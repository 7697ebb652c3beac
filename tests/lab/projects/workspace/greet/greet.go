// Package greet greets.
package greet

import "github.com/lab-oss/greeting"

// Greet greets.
func Greet() string { return greeting.Say() }
