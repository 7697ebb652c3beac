module example.com/app

go 1.26

require (
	github.com/Lab-OSS/Shout v1.0.0
	github.com/lab-oss/greeting v1.2.0
)

require github.com/lab-oss/words v0.3.1 // indirect
