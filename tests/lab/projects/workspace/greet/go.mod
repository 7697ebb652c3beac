module example.com/greet

go 1.26

require github.com/lab-oss/greeting v1.2.0

require github.com/lab-oss/words v0.3.1 // indirect
