Console.WriteLine("Carillon");
