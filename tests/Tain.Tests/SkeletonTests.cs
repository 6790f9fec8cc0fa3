namespace Tain.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void The_solution_builds() => Assert.True(true);
}
