// Package loud is loud.
package loud

import shout "github.com/Lab-OSS/Shout"

// Loud shouts.
func Loud() string { return shout.Say() }
