#!/usr/bin/env perl
# A program chooses the status of its answer: status.pl/404 says 404. PATH_INFO is what follows its own name.
use strict;
use warnings;

my %reasons = (
    200 => 'OK',
    404 => 'Not Found',
    410 => 'Gone',
    418 => "I'm a Teapot",
    503 => 'Service Unavailable',
);

my ($code) = ($ENV{PATH_INFO} // '') =~ m{\A/(\d{3})/?\z};
$code = 404 unless defined $code && exists $reasons{$code};

print "Status: $code $reasons{$code}\n";
print "Retry-After: 60\n" if $code == 503;
print "Content-Type: text/plain; charset=utf-8\n\n";
print "$code $reasons{$code}\n\n";
print "Others to ask for: ", join(', ', map { "$ENV{SCRIPT_NAME}/$_" } sort keys %reasons), "\n";
