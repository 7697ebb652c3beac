module example.com/app

go 1.26

require (
	example.com/greet v0.0.0
	example.com/loud v0.0.0
)

replace (
	example.com/greet => ../greet
	example.com/loud => ../loud
)

require (
	github.com/Lab-OSS/Shout v1.0.0 // indirect
	github.com/lab-oss/greeting v1.2.0 // indirect
	github.com/lab-oss/words v0.3.1 // indirect
)
