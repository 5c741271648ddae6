using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the admin endpoint, which other machines can reach only if <c>allowRemote</c> says so.</summary>
internal static class AdminBinder
{
    public static AdminOptions? Bind(OptionSection root, UniqueAddresses addresses, string configurationFile)
    {
        if (root.GetObject(GatewaySection.Admin) is not { } section)
            return null;
        AdminOptions admin = AdminSection.Options.Read(section);
        var address = section.Get(AdminSection.Address);
        addresses.Add(section, address, "the admin endpoint");
        if (address.IsRight)
        {
            RefuseUnexpectedReach(section, address);
            AdminSection.Options.RefuseInapplicable(section, admin);
        }
        var createToken = section.Get(AdminSection.CreateToken);
        if (createToken.Value && !section.Get(AdminSection.TokenFile).IsWritten)
            section.Refuse(createToken, "says to make the file of \"tokenFile\", which is missing; write its path beside it");
        // Relative to the folder of the configuration, like the paths of schemas.
        return admin.TokenFile is null ? admin : admin with { TokenFile = Path.Combine(Path.GetDirectoryName(configurationFile) ?? "", admin.TokenFile) };
    }

    private static void RefuseUnexpectedReach(OptionSection section, Setting<Address> address)
    {
        // With a mistake in the flag itself, its intent is unknown.
        if (section.Get(AdminSection.AllowRemote) is not { Value: false, State: not SettingState.Mistaken } || !AddressReach.IsBeyondThisMachine(address.Value))
            return;
        section.Refuse(address, $"{address.Value} can be reached from other machines, which would see routes, servers and load; "
            + "write an address of this machine alone, such as \"127.0.0.1:9901\" or \"unix:/run/frpc/admin.sock\", or \"allowRemote\": true beside it");
    }
}
