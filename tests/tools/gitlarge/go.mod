module tain.test/gitlarge

go 1.23
