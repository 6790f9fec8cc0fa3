using Tain.Commands;
using Tain.Config;

namespace Tain.Tests.Config;

/// <summary>What keeps the server from starting is told, with exit code 1.</summary>
public sealed class ServeCommandTests
{
    [Fact]
    public async Task An_address_that_is_not_of_this_machine_is_told()
    {
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        // TEST-NET-1 (RFC 5737): no machine has it.
        Assert.Equal(ExitCode.Failed, await ServeCommand.RunAsync(new TainOptions { Listen = "192.0.2.1:8080", Data = data }, TestContext.Current.CancellationToken));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_told()
    {
        var file = Path.GetTempFileName();
        Assert.Equal(ExitCode.Failed, await ServeCommand.RunAsync(new TainOptions { Listen = "127.0.0.1:0", Data = Path.Combine(file, "data") }, TestContext.Current.CancellationToken));
        File.Delete(file);
    }
}
