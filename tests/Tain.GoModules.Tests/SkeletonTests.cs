namespace Tain.GoModules.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void The_solution_builds() => Assert.True(true);
}
