module hchan/bench/go

go 1.22
