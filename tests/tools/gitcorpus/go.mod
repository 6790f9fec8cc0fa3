module tain.test/gitcorpus

go 1.23
