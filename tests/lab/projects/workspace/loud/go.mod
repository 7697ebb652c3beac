module example.com/loud

go 1.26

require github.com/Lab-OSS/Shout v1.0.0
