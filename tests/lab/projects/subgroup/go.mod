module git.corp.example/apps/app

go 1.26

require (
	git.corp.example/team/backend/lib v0.2.0
	github.com/lab-oss/greeting v1.2.0
)

require github.com/lab-oss/words v0.3.1 // indirect
