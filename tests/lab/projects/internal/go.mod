module git.corp.example/apps/app

go 1.26

require go.corp.example/platform/log v1.1.0
