using CsCheck;
using Tain.Doctor.Containers;

namespace Tain.Tests.Doctor.Containers;

public sealed class ImageReferenceTests
{
    private const string Digest = "@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1";

    // Expected values are those of distribution/reference's ParseNormalizedNamed.
    [Theory]
    [InlineData("nginx", "docker.io", "library/nginx", null)]
    [InlineData("nginx:1.27-alpine", "docker.io", "library/nginx", "1.27-alpine")]
    [InlineData("bitnami/redis", "docker.io", "bitnami/redis", null)]
    [InlineData("docker.io/nginx", "docker.io", "library/nginx", null)]
    [InlineData("index.docker.io/library/nginx:1", "docker.io", "library/nginx", "1")]
    [InlineData("localhost/tools", "localhost", "tools", null)]
    [InlineData("localhost:5000/a/b:c", "localhost:5000", "a/b", "c")]
    [InlineData("registry:5000/a", "registry:5000", "a", null)]
    [InlineData("registry:5000", "docker.io", "library/registry", "5000")]
    [InlineData("Corp/a", "Corp", "a", null)]
    [InlineData("[::1]:5000/a:b", "[::1]:5000", "a", "b")]
    [InlineData("ghcr.io/a__b/c-d--e.f:_", "ghcr.io", "a__b/c-d--e.f", "_")]
    public void A_name_has_its_registry_repository_and_tag(string text, string registry, string repository, string? tag)
    {
        var image = ImageReference.ParseOrNull(text);
        Assert.NotNull(image);
        Assert.Equal((registry, repository, tag, null), (image.Registry, image.Repository, image.Tag, image.Digest));
        var pinned = ImageReference.ParseOrNull(text + Digest);
        Assert.NotNull(pinned);
        Assert.Equal((registry, repository, tag, Digest[1..]), (pinned.Registry, pinned.Repository, pinned.Tag, pinned.Digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("a/B")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a:")]
    [InlineData("a@")]
    [InlineData("a@sha256:12")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("user:password@host.example/a")]
    [InlineData("https://host.example/a")]
    [InlineData("a:b:c")]
    [InlineData("a\n")]
    [InlineData("${REGISTRY}/a")]
    public void What_is_no_name_is_none(string text) => Assert.Null(ImageReference.ParseOrNull(text));

    [Fact]
    public void A_prefix_is_one_of_whole_elements()
    {
        var image = ImageReference.ParseOrNull("registry.corp.example/base-images/go:1")!;
        Assert.True(image.IsBelow("registry.corp.example"));
        Assert.True(image.IsBelow("registry.corp.example/base-images/go"));
        Assert.False(image.IsBelow("registry.corp.example/base"));
        Assert.False(image.IsBelow("registry.corp"));
    }

    [Fact]
    public void Written_again_it_is_the_same()
    {
        var part = Gen.OneOf(Gen.OneOf<string>("a", "b.c", "d__e", "f-g", "localhost", "host.example:5000", "[::1]:1", "UP", "docker.io", "index.docker.io"), Gen.String[Gen.Char["abz09._-/:@"], 0, 8]);
        Gen.Select(part.Array[1, 4], Gen.OneOf<string>("", ":latest", ":1.2-x", ":_"), Gen.OneOf<string>("", Digest, "@sha512:" + new string('0', 128))).Sample((parts, tag, digest) =>
        {
            var text = string.Join('/', parts) + tag + digest;
            if (ImageReference.ParseOrNull(text) is not { } image)
                return;
            Assert.Equal(text, image.ToString());
            // Its full name is the same image again.
            var full = $"{image.Name}{(image.Tag is null ? "" : ":" + image.Tag)}{(image.Digest is null ? "" : "@" + image.Digest)}";
            var again = ImageReference.ParseOrNull(full);
            Assert.Equal(image with { Text = full }, again);
        });
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("a:latest", true)]
    [InlineData("a:stable-slim", true)]
    [InlineData("node:lts-alpine", true)]
    [InlineData("node:alpine", true)]
    [InlineData("python:slim-bookworm", true)]
    [InlineData("node:20", false)]
    [InlineData("debian:bookworm", false)]
    [InlineData("node:alpine3.20", true)]
    [InlineData("acme/tool:alpine3.20", false)]
    [InlineData("alpine:alpine3.20", false)]
    [InlineData("node:lts-alpine3.20", true)]
    [InlineData("acme:latest-x86_64", true)]
    [InlineData("acme:latest-2", false)]
    [InlineData("gradle:jdk17-jammy", true)]
    [InlineData("gradle:8-jdk17", false)]
    [InlineData("openjdk:21-jdk-slim", false)]
    [InlineData("acme:main-4f2a9c1", false)]
    [InlineData("acme:release-1.2", false)]
    [InlineData("acme:dev_20240102", false)]
    [InlineData("a:latest" + Digest, false)]
    public void A_tag_moves_or_does_not(string text, bool isMoving) => Assert.Equal(isMoving, MovingTags.Has(ImageReference.ParseOrNull(text)!));
}
