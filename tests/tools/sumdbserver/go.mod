module tain.test/sumdbserver

go 1.23

require golang.org/x/mod v0.19.0

// Debian's copy, which tests/tools/install unpacks.
replace golang.org/x/mod => ../../../out/tools/x-mod
